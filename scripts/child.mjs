import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

/** The root folder of the repository. */
export const root = new URL("../", import.meta.url);

/**
 * Runs a command to its end and returns its exit code (128 + n after signal n) with its piped
 * output. Forwards SIGINT and SIGTERM, so that the child stops in its own way.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ stdout?: "inherit" | "pipe", cwd?: string | URL, env?: Record<string, string> }}
 * [options]
 */
export async function run(command, args, { stdout = "inherit", cwd = root, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["inherit", stdout, stdout === "pipe" ? "pipe" : "inherit"],
    // On Windows npx and the tools in node_modules/.bin are .cmd files.
    shell: process.platform === "win32" && !/node(\.exe)?$/i.test(command),
  });
  // In a terminal Ctrl-C reaches the whole process group; a second SIGINT makes many servers stop
  // at once.
  const forward = (signal) =>
    signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal);
  const signals = ["SIGINT", "SIGTERM"];
  for (const signal of signals) process.on(signal, forward);
  // npm signals its shell, which dies without forwarding the signal: stop the child when the parent
  // is gone.
  const parent = process.ppid;
  const watch = process.env.npm_lifecycle_event
    ? setInterval(() => {
        if (process.ppid === parent) return;
        clearInterval(watch);
        child.kill("SIGTERM");
      }, 250).unref()
    : undefined;
  let output = "";
  let errors = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => (output += text));
  child.stderr?.setEncoding("utf8").on("data", (text) => (errors += text));
  try {
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
    });
    return { code, stdout: output, stderr: errors };
  } finally {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, forward);
  }
}

/** Runs a tool and prints its output only if it fails. Returns its exit code. */
export async function runQuietly(command, args, options) {
  const { code, stdout, stderr } = await run(command, args, { ...options, stdout: "pipe" });
  if (code !== 0) process.stdout.write(stdout + stderr);
  return code;
}
