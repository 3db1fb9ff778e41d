import { type ChildProcess, type SpawnOptions, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

/** An example running in its own process. */
export interface ExampleProcess {
  readonly url: string;
  /** Everything printed so far, on both streams. */
  output(): string;
  kill(signal: NodeJS.Signals): void;
  /** Resolves with the exit code once the process has ended; `null` when a signal ended it. */
  readonly ended: Promise<number | null>;
}

const LONGEST_RUN_MS = 120_000;
const LISTENING = /listening on (http:\S+?),? /;

/** Starts `file` and resolves once it listens. Rejects with its output when it ends before that. */
export async function startExampleProcess(
  file: URL,
  env: NodeJS.ProcessEnv,
): Promise<ExampleProcess> {
  const { child, output, ended } = spawnNode(file, [], env, {});
  const url = await new Promise<string>((resolve, reject) => {
    const look = () => {
      const match = LISTENING.exec(output());
      if (match?.[1] !== undefined) resolve(match[1]);
    };
    child.stdout?.on("data", look);
    ended.then(
      () => reject(new Error(`The example ended before it listened:\n${output()}`)),
      reject,
    );
  });
  return { url, output, ended, kill: (signal) => child.kill(signal) };
}

/** Runs `file` until it ends. */
export async function runExample(
  file: URL,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
): Promise<{ readonly code: number | null; readonly output: string }> {
  // A process that hangs must not outlive the test.
  const limit = { timeout: LONGEST_RUN_MS, killSignal: "SIGKILL" } as const;
  const { output, ended } = spawnNode(file, args, env, limit);
  return { code: await ended, output: output() };
}

function spawnNode(
  file: URL,
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  limit: SpawnOptions,
) {
  const child: ChildProcess = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", fileURLToPath(file), ...args],
    {
      env: { ...process.env, ...env },
      stdio: ["ignore", "pipe", "pipe"],
      ...limit,
    },
  );
  let printed = "";
  for (const stream of [child.stdout, child.stderr]) {
    stream?.setEncoding("utf8").on("data", (text: string) => {
      printed += text;
    });
  }
  const ended = once(child, "close").then(([code]) => code as number | null);
  return { child, ended, output: () => printed };
}
