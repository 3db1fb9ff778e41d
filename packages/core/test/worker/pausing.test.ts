import { createWorker, JobberSyncError } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { expect, it } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const DAY = 24 * 3_600_000;
const SECRET = "the OAuth client secret";

it("worker: a missing permission pauses the deliveries that need it, names the field, and ends with resume", async () => {
  let granted = false;
  const { fetched, source } = sourceOf((type, id) => {
    if (type === "client" && !granted) {
      throw new JobberSyncError("ERR_API_PERMISSION", "Jobber hides a field.", {
        details: { hidden: ["Client.email"] },
      });
    }
    return found(id, "Gutters");
  });
  const { send, worker, inbox, states, clock, events } = backend({ source });
  await send(notification("CLIENT_UPDATE", "client"));
  await send(notification("JOB_UPDATE", "job"));
  await worker.drain();
  expect(await states()).toEqual(["paused", "done"]);
  expect(events.find(({ name }) => name === "dead")?.event).toMatchObject({
    code: "ERR_API_PERMISSION",
    state: "paused",
    error: { details: { hidden: ["Client.email"] } },
  });
  clock.now += 30 * DAY;
  await worker.drain();
  expect(fetched).toHaveLength(2);
  granted = true;
  expect(await inbox.resume("acme", { now: clock.now })).toBe(1);
  await worker.drain();
  expect(await states()).toEqual(["done", "done"]);
});

it("worker: a lost encryption key pauses the tenant's deliveries", async () => {
  const { source } = sourceOf(() => {
    throw new JobberSyncError("ERR_TOKEN_DECRYPT", "No key decrypts the tokens.");
  });
  const { send, worker, inbox } = backend({ source });
  await send(notification("JOB_UPDATE"));
  await worker.drain();
  expect(await inbox.list({})).toMatchObject([{ state: "paused", reason: "ERR_TOKEN_DECRYPT" }]);
});

it("worker: a delivery of a tenant it does not know waits for a worker that does", async () => {
  const tenants = [{ slug: "another", secrets: SECRET }];
  const { send, worker, inbox, store, clock } = backend({ tenants });
  await send({ event: "job.updated", data: { id: "1", title: "A" } });
  await send(notification("JOB_DESTROY", "2"));
  for (let minutes = 0; minutes < 10; minutes += 1) {
    await worker.drain();
    clock.now += 60_000;
  }
  const waiting = { state: "waiting", reason: "ERR_TENANT_UNKNOWN", retries: 0, attempts: 0 };
  expect(await inbox.list({})).toMatchObject([waiting, waiting]);
  const newer = createWorker({
    inbox,
    store,
    tenants: [...tenants, { slug: "acme", secrets: `${SECRET} of acme` }],
    logger: silentLogger,
    now: () => clock.now,
  });
  clock.now += 2 * 60_000;
  await newer.drain();
  expect((await inbox.list({})).map(({ state }) => state)).toEqual(["done", "done"]);
});

it("worker: a replayed ownership quarantine stays one while the tenant is unknown", async () => {
  const mismatch = [{ slug: "acme", secrets: SECRET, accountIds: ["another account"] }];
  const b = backend({ tenants: mismatch });
  await b.send(notification("JOB_DESTROY"));
  await b.worker.drain();
  await b.inbox.replay({}, { now: b.clock.now });
  const { inbox, store, clock } = b;
  const now = () => clock.now;
  const resolve = () => Promise.reject(new Error("down"));
  for (const tenants of [[{ slug: "another", secrets: SECRET }], { resolve }]) {
    await createWorker({ inbox, store, tenants, logger: silentLogger, now }).drain();
    expect(await inbox.list({})).toMatchObject([
      { state: "waiting", reason: "ERR_ACCOUNT_MISMATCH" },
    ]);
    clock.now += DAY;
  }
  // Without tenants a worker would process the delivery, had its reason been overwritten.
  await createWorker({ inbox, store, logger: silentLogger, now }).drain();
  expect(await b.states()).toEqual(["quarantined"]);
});

it("worker: a clock that was three years slow at accept does not make a fresh delivery dead", async () => {
  let down = true;
  const { source } = sourceOf((_, id) => {
    if (down) throw new JobberSyncError("ERR_API_NETWORK", "Jobber is down.");
    return found(id, "x");
  });
  const { send, worker, clock, states } = backend({ source });
  const right = clock.now;
  clock.now -= 3 * 365 * DAY;
  await send(notification("JOB_UPDATE"));
  clock.now = right;
  for (let tries = 0; tries < 10; tries += 1) {
    await worker.drain();
    expect(await states()).toEqual(["waiting"]);
    clock.now += 3_600_000;
  }
  down = false;
  await worker.drain();
  expect(await states()).toEqual(["done"]);
});
