import { spawn } from "node:child_process";
import { constants } from "node:os";
import process from "node:process";

/** The root folder of the repository. */
export const root = new URL("../", import.meta.url);

/**
 * Runs a command to its end and gives its exit code (128 + n after signal n) and what it printed where that was piped.
 * SIGINT and SIGTERM are handed on, so that the child decides how to stop.
 */
export async function run(command, args, { stdout = "inherit", cwd = root, env = {} } = {}) {
  const child = spawn(command, args, {
    cwd,
    env: { ...process.env, ...env },
    stdio: ["inherit", stdout, stdout === "pipe" ? "pipe" : "inherit"],
    // npx is a .cmd file there.
    shell: process.platform === "win32" && command === "npx",
  });
  // In a terminal Ctrl-C reaches the whole process group by itself; a second SIGINT means "at once" to many servers.
  const forward = (signal) =>
    signal === "SIGINT" && process.stdin.isTTY ? undefined : child.kill(signal);
  const signals = ["SIGINT", "SIGTERM"];
  for (const signal of signals) process.on(signal, forward);
  // npm hands a signal to its shell, and the shell dies without handing it on: what is left then has nobody to stop it.
  const parent = process.ppid;
  const watch = process.env.npm_lifecycle_event
    ? setInterval(() => {
        if (process.ppid === parent) return;
        clearInterval(watch);
        child.kill("SIGTERM");
      }, 250).unref()
    : undefined;
  let printed = "";
  let complained = "";
  child.stdout?.setEncoding("utf8").on("data", (text) => (printed += text));
  child.stderr?.setEncoding("utf8").on("data", (text) => (complained += text));
  try {
    const code = await new Promise((resolve, reject) => {
      child.on("error", reject);
      child.on("close", (code, signal) => resolve(code ?? 128 + constants.signals[signal]));
    });
    return { code, stdout: printed, stderr: complained };
  } finally {
    clearInterval(watch);
    for (const signal of signals) process.off(signal, forward);
  }
}
