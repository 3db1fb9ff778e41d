import { createMemoryInbox, type NewDelivery } from "@jobber-sync/core";
import { afterEach, expect, test, vi } from "vitest";
import { runDeliveriesCommand } from "../src/run-deliveries-command.ts";

const NOW = Date.parse("2026-01-25T10:00:00Z");

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

async function inboxWith(...states: readonly NewDelivery["state"][]) {
  const inbox = createMemoryInbox({ now: () => NOW });
  for (const [index, state] of states.entries()) {
    await inbox.accept({
      clientSlug: index === 0 ? "acme" : "globex",
      objectType: "job",
      objectId: `job-${index}`,
      deliveryKey: `key-${index}`,
      topic: "JOB_UPDATE",
      body: new TextEncoder().encode("a name that is nobody's business"),
      receivedAt: NOW,
      state,
      reason: state === "quarantined" ? "ERR_EVENT_INVALID" : null,
    });
  }
  return inbox;
}

async function run(inbox: Awaited<ReturnType<typeof inboxWith>>, ...args: string[]): Promise<string> {
  vi.stubEnv("JOBBER_SYNC_DB", "never-opened.db");
  const printed: string[] = [];
  for (const method of ["log", "error"] as const)
    vi.spyOn(console, method).mockImplementation((line) => void printed.push(String(line)));
  const close = vi.fn();
  await runDeliveriesCommand(args, () => ({ inbox, close }));
  expect(close).toHaveBeenCalledTimes(process.exitCode === 2 ? 0 : 1);
  return printed.join("\n");
}

test("list shows what is not done, without bodies", async () => {
  const output = await run(await inboxWith("waiting", "quarantined"), "list");
  expect(output).toContain("database never-opened.db");
  expect(output).toMatch(/waiting +- +acme +JOB_UPDATE +job-0 +2026-01-25/);
  expect(output).toMatch(/quarantined +ERR_EVENT_INVALID +globex/);
  expect(output).not.toContain("nobody's business");
});

test("list takes a state, a tenant, a topic and numbers", async () => {
  const inbox = await inboxWith("waiting", "quarantined", "quarantined");
  expect(await run(inbox, "list", "--state", "dead")).toContain("none");
  expect(await run(inbox, "list", "--tenant", "acme")).not.toContain("globex");
  expect(await run(inbox, "list", "--topic", "CLIENT_UPDATE")).toContain("none");
  expect(await run(inbox, "list", "--limit", "1")).not.toContain("job-1");
  expect(await run(inbox, "list", "3")).toMatch(/^3 .*job-2/m);
});

test("replay sets only what was named waiting", async () => {
  const inbox = await inboxWith("quarantined", "quarantined");
  expect(await run(inbox, "replay", "2")).toContain("1 set waiting again");
  expect(await inbox.list({ states: ["waiting"] })).toMatchObject([{ sequence: 2 }]);
});

test("redrive is about dead letters alone", async () => {
  expect(await run(await inboxWith("quarantined"), "redrive")).toContain("0 set waiting again");
});

test("purge tells what it erased", async () => {
  expect(await run(await inboxWith(), "purge")).toContain("0 bodies erased, 0 deliveries deleted");
});

test.each([
  [["remove"]],
  [[]],
  [["list", "--colour", "red"]],
  [["list", "--state", "lost"]],
  [["replay", "x"]],
  [["list", "--limit", "-1"]],
])("%j gets an explanation", async (args) => {
  expect(await run(await inboxWith(), ...args)).toContain("deliveries.ts replay");
  expect(process.exitCode).toBe(2);
});
