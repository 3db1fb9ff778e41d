import { createWorker, JobberSyncError } from "@jobber-sync/core";
import type { RecordSource } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

describe("worker: ownership check", () => {
  it("leaves ownership quarantines alone when the worker has no tenants", async () => {
    const b = backend({
      tenants: [{ slug: "acme", secrets: "the OAuth client secret", accountIds: ["another"] }],
    });
    await b.send(notification("JOB_DESTROY"));
    await b.worker.drain();
    expect(await b.inbox.list({})).toMatchObject([
      { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" },
    ]);
    const careless = createWorker({
      inbox: b.inbox,
      store: b.store,
      logger: silentLogger,
      now: () => b.clock.now,
    });
    expect(await b.inbox.replay({}, { now: b.clock.now })).toBe(1);
    await careless.drain();
    expect(await b.inbox.list({})).toMatchObject([
      { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" },
    ]);
    expect(await b.store.jobs("acme")).toEqual([]);
  });

  it("is repeated when a quarantined delivery is replayed to a worker with tenants", async () => {
    const accountIds = ["another"];
    const b = backend({
      tenants: [{ slug: "acme", secrets: "the OAuth client secret", accountIds }],
    });
    await b.send(notification("JOB_DESTROY"));
    await b.worker.drain();
    const tenants = [{ slug: "acme", secrets: "the OAuth client secret", accountIds: ["MQ=="] }];
    const { inbox, store, clock } = b;
    await inbox.replay({}, { now: clock.now });
    await createWorker({
      inbox,
      store,
      tenants,
      logger: silentLogger,
      now: () => clock.now,
    }).drain();
    expect(await b.states()).toEqual(["done"]);
  });

  it("retries with back-off while tenants cannot be looked up, one lookup per run", async () => {
    let lookUps = 0;
    const { send, worker, inbox, events } = backend({
      tenants: {
        resolve: async () => {
          lookUps += 1;
          throw new Error("the tenants' database is down");
        },
      },
    });
    for (const title of ["A", "B", "C"])
      await send({ event: "job.updated", data: { id: "1", title } });
    await worker.drain();
    expect(lookUps).toBe(1);
    expect(
      (await inbox.list({})).map(({ state, retries, reason }) => [state, retries, reason]),
    ).toEqual(Array(3).fill(["waiting", 1, "ERR_TENANT_LOOKUP"]));
    expect(events.map(({ name }) => name)).toEqual(["retried", "retried", "retried"]);
  });
});

describe("worker: resume", () => {
  it("covers deliveries that a run has claimed", async () => {
    const b = backend();
    let fetches = 0;
    const source: RecordSource = {
      async fetch(_, __, id) {
        fetches += 1;
        if (fetches > 1) return found(id, "x");
        // The owner connects again while the failure is on its way back.
        await b.inbox.resume("acme", { now: b.clock.now });
        throw new JobberSyncError("ERR_API_NEEDS_REAUTH", "Connect again.");
      },
    };
    const { inbox, store, clock } = b;
    const worker = createWorker({
      inbox,
      store,
      source,
      logger: silentLogger,
      now: () => clock.now,
    });
    await b.send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(await b.states()).toEqual(["done"]);
    expect(fetches).toBe(2);
  });
});

describe("worker: a delete whose record still exists", () => {
  it("is an update, also for handlers and submissions", async () => {
    const calls: string[] = [];
    const { source } = sourceOf((_, id) => found(id, "Alive"));
    const { send, worker, store, clock } = backend({
      source,
      on: {
        "job.deleted": () => void calls.push("job.deleted"),
        JOB_DESTROY: () => void calls.push("JOB_DESTROY"),
        "job.updated": ({ submission }) =>
          void calls.push(`job.updated ${submission?.payload.event}`),
      },
    });
    await send(notification("JOB_DESTROY"));
    await worker.drain();
    clock.now += MINUTE;
    await worker.drain();
    expect(calls).toEqual(["job.updated job.updated"]);
    expect(await store.submissions("acme")).toMatchObject([
      { payload: { event: "job.updated", title: "Alive" } },
    ]);
  });
});

describe("worker: a record and account that the token cannot read", () => {
  it("is retried with growing delays and dead after 72 hours", async () => {
    const { fetched, source } = sourceOf(() => null);
    const { send, worker, clock, inbox } = backend({ source });
    await send(notification("JOB_UPDATE"));
    for (let hours = 0; hours < 72; hours += 1) {
      await worker.drain();
      clock.now += HOUR;
    }
    expect(await inbox.list({})).toMatchObject([{ state: "waiting" }]);
    // Back-off alone, without the hours between drains, takes 82 retries for 72 hours.
    for (let hours = 72; hours < 90; hours += 1) {
      await worker.drain();
      clock.now += HOUR;
    }
    expect(await inbox.list({})).toMatchObject([{ state: "dead", reason: "ERR_API_RESPONSE" }]);
    expect(fetched.length).toBeLessThan(200);
  });
});

describe("worker: non-retryable store error", () => {
  it("gets five tries", async () => {
    const b = backend();
    const rejects = {
      ...b.store,
      apply: async () => {
        throw new JobberSyncError("ERR_STORE", "The row does not fit.", { retryable: false });
      },
    };
    const worker = createWorker({
      inbox: b.inbox,
      store: rejects,
      logger: silentLogger,
      now: () => b.clock.now,
    });
    await b.send({ event: "job.updated", data: { id: "1" } });
    for (let index = 0; index < 8; index += 1) {
      await worker.drain();
      b.clock.now += HOUR;
    }
    expect(await b.inbox.list({})).toMatchObject([
      { state: "dead", attempts: 5, reason: "ERR_STORE" },
    ]);
  });
});

describe("worker: options", () => {
  it.each([
    { retry: { maxAttempts: 0 } },
    { retry: { firstDelayMs: Number.NaN } },
    { retention: { bodiesAfterMs: -1 } },
    { retention: { failedAfterMs: "30 days" as unknown as number } },
  ])("rejects %j", (options) => {
    expect(() => backend(options)).toThrow(TypeError);
  });

  it("treats undefined as the default", () => {
    expect(() => backend({ retry: { maxAttempts: undefined as unknown as number } })).not.toThrow();
  });
});
