import { createMemoryInbox, JobberSyncError } from "@jobber-sync/core";
import type { IncomingDelivery } from "@jobber-sync/core/ports";
import { afterEach, expect, test, vi } from "vitest";
import { runDeliveriesCommand } from "../src/run-deliveries-command.ts";
import { runCommand } from "./support/run-command.ts";

const NOW = Date.parse("2026-01-25T10:00:00Z");

afterEach(() => {
  vi.restoreAllMocks();
  vi.unstubAllEnvs();
  process.exitCode = 0;
});

async function inboxWith(...states: readonly IncomingDelivery["state"][]) {
  const inbox = createMemoryInbox({ now: () => NOW });
  for (const [index, state] of states.entries()) {
    await inbox.accept({
      tenant: index === 0 ? "acme" : "globex",
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

test("list shows what is not done, without bodies", async () => {
  const output = await runCommand(await inboxWith("waiting", "quarantined"), "list");
  expect(output).toContain("database never-opened.db");
  expect(output).toMatch(/waiting +- +acme +JOB_UPDATE +job-0 +2026-01-25/);
  expect(output).toMatch(/quarantined +ERR_EVENT_INVALID +globex/);
  expect(output).not.toContain("nobody's business");
});

test("list takes a state, a tenant, a topic and numbers", async () => {
  const inbox = await inboxWith("waiting", "quarantined", "quarantined");
  expect(await runCommand(inbox, "list", "--state", "dead")).toContain("none");
  expect(await runCommand(inbox, "list", "--tenant", "acme")).not.toContain("globex");
  expect(await runCommand(inbox, "list", "--topic", "CLIENT_UPDATE")).toContain("none");
  const first = await runCommand(inbox, "list", "--limit", "1");
  expect(first).not.toContain("job-1");
  expect(first).toContain("… and more. These are the oldest 1;");
  expect(await runCommand(inbox, "list", "3")).toMatch(/^3 .*job-2/m);
});

test("list says when it stops before the end", async () => {
  const inbox = await inboxWith(...Array.from({ length: 101 }, () => "quarantined" as const));
  const cut = await runCommand(inbox, "list");
  expect(cut).toMatch(/^100 .*\n… and more\. These are the oldest 100; --limit shows others\.$/m);
  expect(cut).not.toContain("job-100");
  const whole = await runCommand(inbox, "list", "--limit", "101");
  expect(whole).toContain("job-100");
  expect(whole).not.toContain("and more");
});

test("replay takes all there are", async () => {
  const inbox = await inboxWith(...Array.from({ length: 101 }, () => "quarantined" as const));
  expect(await runCommand(inbox, "replay")).toContain("101 set waiting again");
});

test("replay sets only what was named waiting", async () => {
  const inbox = await inboxWith("quarantined", "quarantined");
  expect(await runCommand(inbox, "replay", "2")).toContain("1 set waiting again");
  expect(await inbox.list({ states: ["waiting"] })).toMatchObject([{ sequence: 2 }]);
});

test("redrive is about dead letters alone", async () => {
  expect(await runCommand(await inboxWith("quarantined"), "redrive")).toContain(
    "0 set waiting again",
  );
});

test("purge tells what it erased", async () => {
  expect(await runCommand(await inboxWith(), "purge")).toContain(
    "0 bodies erased, 0 deliveries deleted",
  );
});

test.each([
  [["remove"]],
  [[]],
  [["list", "--colour", "red"]],
  [["list", "--state", "lost"]],
  [["replay", "x"]],
  [["list", "--limit", "-1"]],
])("%j gets an explanation", async (args) => {
  expect(await runCommand(await inboxWith(), ...args)).toContain("npm run deliveries -- replay");
  expect(process.exitCode).toBe(2);
});

test("an inbox that cannot be opened is said in one line, with its code", async () => {
  vi.stubEnv("JOBBER_SYNC_DB", "never-opened.db");
  const said = vi.spyOn(console, "error").mockReturnValue(undefined);
  await runDeliveriesCommand(["list"], () => {
    throw new JobberSyncError("ERR_STORE_OPEN", "The folder does not exist. Make it first.");
  });
  expect(said.mock.calls).toEqual([["ERR_STORE_OPEN: The folder does not exist. Make it first."]]);
  expect(process.exitCode).toBe(1);
});
