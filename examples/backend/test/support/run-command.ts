import type { Inbox } from "@jobber-sync/core/ports";
import { expect, vi } from "vitest";
import { runDeliveriesCommand } from "../../src/run-deliveries-command.ts";

/** Runs the deliveries command on an inbox and returns its output. */
export async function runCommand(inbox: Inbox, ...args: string[]): Promise<string> {
  vi.stubEnv("JOBBER_SYNC_DB", "never-opened.db");
  const printed: string[] = [];
  for (const method of ["log", "error"] as const)
    vi.spyOn(console, method).mockImplementation((line) => void printed.push(String(line)));
  const close = vi.fn();
  await runDeliveriesCommand(args, () => ({ inbox, close }));
  expect(close).toHaveBeenCalledTimes(process.exitCode === 2 ? 0 : 1);
  return printed.join("\n");
}
