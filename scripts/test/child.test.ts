import process from "node:process";
import { expect, test } from "vitest";
import { run } from "../child.mjs";

const node = (code: string) => run(process.execPath, ["-e", code], { stdout: "pipe" });

test("run returns a command's exit code and output", async () => {
  expect(await node("console.log('out'); console.error('err'); process.exit(3)")).toEqual({
    code: 3,
    stdout: "out\n",
    stderr: "err\n",
  });
});

test("run returns 128 plus the signal's number for a killed command", async () => {
  expect(
    (await node("process.kill(process.pid, 'SIGTERM'); setInterval(() => {}, 1000)")).code,
  ).toBe(143);
});

test("run forwards SIGTERM, so that the command stops in its own way", async () => {
  const notifyParent =
    "process.on('SIGTERM', () => process.exit(7)); process.kill(process.ppid, 'SIGUSR2'); setInterval(() => {}, 1000)";
  // Signals this process: the listener that `run` installed forwards the signal and keeps this
  // process alive.
  process.once("SIGUSR2", () => process.emit("SIGTERM"));
  expect((await node(notifyParent)).code).toBe(7);
});

test("run rejects for a command that does not exist", async () => {
  await expect(run("jobber-sync-no-such-command", [])).rejects.toThrow("ENOENT");
});
