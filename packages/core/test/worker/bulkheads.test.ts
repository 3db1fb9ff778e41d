import { setTimeout as delay } from "node:timers/promises";
import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { expect, it } from "vitest";
import { found, notification } from "../support/worker-fixtures.ts";

let keys = 0;

function accept(inbox: Inbox, tenant: string, objectId: string) {
  keys += 1;
  return inbox.accept({
    tenant,
    objectType: "job",
    objectId,
    deliveryKey: String(keys),
    topic: "JOB_UPDATE",
    body: new TextEncoder().encode(JSON.stringify(notification("JOB_UPDATE", objectId))),
    receivedAt: Date.now(),
    state: "waiting",
    reason: null,
  });
}

it("worker: of 64 tenants, one with a hanging API and one with a hanging handler, the others are not delayed", async () => {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const lateMs: number[] = [];
  const worker = createWorker({
    inbox,
    store,
    logger: silentLogger,
    fetchesPerSecond: 100_000,
    source: {
      async fetch(tenant, _, id) {
        if (tenant === "hanging-api") await new Promise(() => {});
        await delay(2);
        return found(id, "x");
      },
    },
    on: {
      "job.updated": async ({ tenant }) => {
        if (tenant === "hanging-handler") await new Promise(() => {});
      },
    },
    hooks: {
      processed: ({ objectId }) => void lateMs.push(performance.now() - Number(objectId)),
    },
  });
  for (let index = 0; index < 50; index += 1)
    for (const tenant of ["hanging-api", "hanging-handler"])
      await accept(inbox, tenant, `hangs-${index}`);
  worker.start();
  await delay(50);
  for (let round = 0; round < 4; round += 1) {
    for (let tenant = 0; tenant < 62; tenant += 1)
      await accept(inbox, `tenant-${tenant}`, String(performance.now()));
    await delay(200);
  }
  await expect.poll(() => lateMs.length, { timeout: 10_000 }).toBe(4 * 62);
  lateMs.sort((a, b) => a - b);
  // The first second passes before the hanging runs no longer count against the total.
  expect(lateMs.at(-1)).toBeLessThan(2500);
  await worker.stop({ graceMs: 1 });
});

it("worker: a single tenant uses every slot", async () => {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  let active = 0;
  let most = 0;
  const worker = createWorker({
    inbox,
    store,
    logger: silentLogger,
    fetchesPerSecond: 100_000,
    concurrency: 6,
    source: {
      async fetch(_tenant, _type, id) {
        active += 1;
        most = Math.max(most, active);
        await delay(5);
        active -= 1;
        return found(id, "x");
      },
    },
  });
  for (let index = 0; index < 60; index += 1) await accept(inbox, "acme", `job-${index}`);
  worker.start();
  await expect
    .poll(async () => (await inbox.list({ states: ["done"] })).length, { interval: 5 })
    .toBe(60);
  expect(most).toBe(6);
  await worker.stop();
});
