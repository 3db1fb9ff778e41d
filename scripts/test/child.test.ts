import process from "node:process";
import { expect, test } from "vitest";
import { run } from "../child.mjs";

const node = (code: string) => run(process.execPath, ["-e", code], { stdout: "pipe" });

test("the exit code and the output of a command come back", async () => {
  expect(await node("console.log('out'); console.error('err'); process.exit(3)")).toEqual({
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
});

test("a command that a signal ended gives 128 and the signal's number", async () => {
  expect(
    (await node("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)")).code,
  ).toBe(143);
});

test("SIGTERM is handed on, so that the command stops in its own way", async () => {
  const notifyParent =
    "process.on('SIGTERM', () => process.exit(7)); process.kill(process.ppid, 'SIGUSR2'); setInterval(() => {}, 1000)";
  // The signal goes to this process; the listener that `run` set hands it on, and keeps this process alive.
  process.once("SIGUSR2", () => process.emit("SIGTERM"));
  expect((await node(notifyParent)).code).toBe(7);
});

test("a command that does not exist is an error", async () => {
  await expect(run("jobber-sync-no-such-command", [])).rejects.toThrow("ENOENT");
});
