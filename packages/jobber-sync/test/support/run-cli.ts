import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { CliIo } from "../../src/cli/cli-io.ts";
import { runCli } from "../../src/cli/run-cli.ts";

/** Output and exit code of a command. */
export interface CliResult {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  /** The parsed JSON document of the output. */
  json<T>(): T;
}

/** Surroundings of a command that a test may replace. */
export type CliSurroundings = Partial<Pick<CliIo, "cwd" | "env" | "signal" | "progress">> & {
  readonly input?: string | Uint8Array;
  readonly onOut?: (line: string) => void;
  readonly onErr?: (line: string) => void;
};

/** Runs a command line in this process. */
export async function run(
  args: readonly string[],
  { input = "", onOut, onErr, ...given }: CliSurroundings = {},
): Promise<CliResult> {
  const out: string[] = [];
  const err: string[] = [];
  const code = await runCli(args, {
    out(line) {
      out.push(line);
      onOut?.(line);
    },
    err(line) {
      err.push(line);
      onErr?.(line);
    },
    progress: null,
    env: {},
    cwd: tmpdir(),
    color: false,
    readInput: async () => Buffer.from(input),
    signal: new AbortController().signal,
    ...given,
  });
  return {
    code,
    out: out.join("\n"),
    err: err.join("\n"),
    json: () => JSON.parse(out.join("\n")),
  };
}

/** Creates a folder that is removed after the test. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-cli-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}
