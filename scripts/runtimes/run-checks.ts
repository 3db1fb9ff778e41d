import { pathToFileURL } from "node:url";
import { run } from "../child.mjs";
import type { Runtime } from "./install-runtimes.ts";

/** A program to run in a runtime. Its last line of output is its result as JSON. */
export interface Check {
  readonly runtime: Runtime;
  readonly what: string;
  readonly folder: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}

interface Result {
  readonly passed: number;
  readonly failures: readonly string[];
}

/** Runs the checks one after the other and prints a table. Returns the exit code. */
export async function runChecks(checks: readonly Check[]): Promise<number> {
  const rows: string[][] = [["runtime", "version", "what", "passed", "failed", "seconds"]];
  const failures: string[] = [];
  for (const { runtime, what, folder, args, env } of checks) {
    const begin = performance.now();
    const [program, ...before] = runtime.command;
    const { stdout, stderr, code } = await run(program, [...before, ...args], {
      cwd: pathToFileURL(folder),
      stdout: "pipe",
      env,
    });
    const result = readResult(stdout) ?? {
      passed: 0,
      failures: [`exit code ${code}: ${stderr.slice(-2000)}`],
    };
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    rows.push([
      runtime.name,
      runtime.version,
      what,
      String(result.passed),
      String(result.failures.length),
      seconds,
    ]);
    for (const failure of result.failures)
      failures.push(`${runtime.name} ${runtime.version}, ${what}: ${failure}`);
    console.log(
      `test-runtimes: ${runtime.name} ${runtime.version}, ${what}: ${result.passed} passed, ${result.failures.length} failed`,
    );
  }
  const [head = [], ...body] = rows;
  console.log(
    ["", ...[head, head.map(() => "---"), ...body].map((row) => `| ${row.join(" | ")} |`), ""].join(
      "\n",
    ),
  );
  for (const failure of failures) console.error(failure);
  return failures.length === 0 ? 0 : 1;
}

function readResult(stdout: string): Result | undefined {
  try {
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "") as Result;
  } catch {
    return undefined;
  }
}
