import type { ReconcilerOptions } from "@jobber-sync/api";
import { createMemoryLease } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";
import { addJob, SIGNAL } from "../support/open-api.ts";
import { differences, openReconciler } from "../support/open-reconciler.ts";

const HOUR_MS = 3_600_000;

describe("reconcile", () => {
  it("reads everything the first time", async () => {
    const opened = await openReconciler();
    for (let n = 0; n < 120; n++) addJob(opened.account, `Job ${n}`);
    const report = await opened.reconcile("acme");
    expect(report).toMatchObject({
      ran: true,
      swept: true,
      clients: { seen: 120, inserted: 120 },
      jobs: { seen: 120, inserted: 120, deleted: 0 },
    });
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("then reads only what changed, with ten minutes of overlap", async () => {
    const opened = await openReconciler();
    const jobs = Array.from({ length: 120 }, (_, n) => addJob(opened.account, `Job ${n}`));
    await opened.reconcile("acme");
    opened.clock.now += HOUR_MS;
    opened.account.update("job", jobs[7]?.job.id ?? "", { title: "Changed" });
    opened.account.update("client", jobs[8]?.client.id ?? "", { email: "new@example.com" });
    expect(await opened.reconcile("acme")).toMatchObject({
      swept: false,
      clients: { updated: 1 },
      jobs: { updated: 1 },
    });
    opened.clock.now += 5 * 60_000;
    opened.account.update("client", jobs[9]?.client.id ?? "", { email: "newer@example.com" });
    const report = await opened.reconcile("acme");
    expect(report).toMatchObject({ clients: { seen: 2, updated: 1 }, jobs: { updated: 0 } });
    expect(report.jobs.seen).toBeLessThanOrEqual(50);
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("uses Jobber's clock, however wrong the local one is", async () => {
    const opened = await openReconciler({ reconciler: { now: () => 0 } });
    const { job } = addJob(opened.account);
    await opened.reconcile("acme");
    opened.clock.now += HOUR_MS;
    opened.account.update("job", job.id, { title: "Changed" });
    await opened.reconcile("acme");
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("deletes what Jobber no longer has in the daily sweep, after a second look", async () => {
    const opened = await openReconciler();
    const { client } = addJob(opened.account);
    addJob(opened.account);
    await opened.reconcile("acme");
    opened.account.destroy("client", client.id);
    opened.clock.now += HOUR_MS;
    expect(await opened.reconcile("acme")).toMatchObject({ swept: false, jobs: { deleted: 0 } });
    opened.clock.now += 24 * HOUR_MS;
    opened.waits.length = 0;
    expect(await opened.reconcile("acme")).toMatchObject({
      swept: true,
      jobs: { deleted: 1 },
      clients: { deleted: 1 },
    });
    expect(opened.waits).toContain(60_000);
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("does not delete a record that exists at the second look", async () => {
    const opened = await openReconciler({
      reconciler: {
        sleep: async () => {
          opened.account.conditions.missing.clear();
        },
      },
    });
    const { job } = addJob(opened.account);
    await opened.reconcile("acme");
    // Missing from the list, as from an index that lags.
    opened.account.conditions.missing.add(job.id);
    expect(await opened.reconcile("acme", { full: true })).toMatchObject({ jobs: { deleted: 0 } });
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("revives a deleted record after seeing it twice, a minute apart", async () => {
    const opened = await openReconciler();
    const { job, client } = addJob(opened.account);
    await opened.reconcile("acme");
    const sequence = await opened.store.nextSequence();
    const tombstone = {
      tenant: "acme",
      mode: "delete",
      sequence,
      deletedAt: "2026-01-25T10:00:00Z",
    } as const;
    await opened.store.apply({
      contacts: [{ ...tombstone, jobberClientId: client.id }],
      jobs: [{ ...tombstone, jobberJobId: job.id }],
      submissions: [],
    });
    opened.waits.length = 0;
    expect(await opened.reconcile("acme", { full: true })).toMatchObject({
      jobs: { revived: 1 },
      clients: { revived: 1 },
    });
    expect(opened.waits).toContain(60_000);
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("refuses to delete when too many records are missing", async () => {
    const opened = await openReconciler();
    const jobs = Array.from({ length: 40 }, () => addJob(opened.account));
    await opened.reconcile("acme");
    for (const { job } of jobs.slice(0, 20)) opened.account.destroy("job", job.id);
    await expect(opened.reconcile("acme", { full: true })).rejects.toMatchObject({
      code: "ERR_API_PERMISSION",
    });
    expect((await opened.store.jobs("acme")).every(({ deletedAt }) => deletedAt === null)).toBe(
      true,
    );
  });

  it("keeps its cursor when it fails, and continues the next time", async () => {
    const opened = await openReconciler();
    addJob(opened.account);
    await opened.reconcile("acme");
    const before = await opened.cursors.get("acme", "jobs");
    opened.clock.now += HOUR_MS;
    for (let n = 0; n < 60; n++) addJob(opened.account);
    const proper = opened.store.apply;
    let applied = 0;
    opened.store.apply = async (change) => {
      applied += change.jobs.length > 0 ? 1 : 0;
      if (applied === 2) throw new Error("the disk is full");
      return proper(change);
    };
    await expect(opened.reconcile("acme")).rejects.toThrow("the disk is full");
    expect(await opened.cursors.get("acme", "jobs")).toBe(before);
    opened.store.apply = proper;
    await opened.reconcile("acme");
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("waits for the rate limit, and leaves half of the bucket to webhooks", async () => {
    let lowest = Number.POSITIVE_INFINITY;
    const opened = await openReconciler({
      api: {
        maxWaitMs: 1,
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          const available = /"currentlyAvailable":(\d+)/.exec(await response.clone().text())?.[1];
          lowest = Math.min(lowest, Number(available ?? lowest));
          return response;
        },
      },
    });
    for (let n = 0; n < 600; n++) addJob(opened.account, `Job ${n}`);
    await opened.reconcile("acme");
    expect(opened.jobber.counts.throttled).toBe(0);
    expect(opened.waits.length).toBeGreaterThan(0);
    expect(lowest).toBeGreaterThanOrEqual(4900);
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("does nothing while another process reconciles the tenant", async () => {
    const lease = createMemoryLease();
    const opened = await openReconciler({ reconciler: { lease } });
    await lease.acquire("jobber-reconcile:acme", "another process", HOUR_MS);
    expect(await opened.reconcile("acme")).toMatchObject({ ran: false });
    expect(await opened.reconcile("globex").catch(({ code }) => code)).toBe("ERR_API_NEEDS_REAUTH");
  });

  it("reads everything while records are changed and added", async () => {
    const opened = await openReconciler();
    const jobs = Array.from({ length: 180 }, (_, n) => addJob(opened.account, `Job ${n}`));
    const proper = opened.store.apply;
    let round = 0;
    opened.store.apply = async (change) => {
      round += 1;
      opened.clock.now += 1000;
      opened.account.update("job", jobs[round * 9]?.job.id ?? "", { title: `Round ${round}` });
      addJob(opened.account, `Added ${round}`);
      return proper(change);
    };
    await opened.reconcile("acme");
    opened.store.apply = proper;
    await opened.reconcile("acme");
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("writes nothing for records that are stored already", async () => {
    const opened = await openReconciler();
    for (let n = 0; n < 60; n++) addJob(opened.account, `Job ${n}`);
    await opened.reconcile("acme");
    const proper = opened.store.apply;
    let written = 0;
    opened.store.apply = async (change) => {
      written += change.jobs.length + change.contacts.length;
      return proper(change);
    };
    expect(await opened.reconcile("acme", { full: true })).toMatchObject({
      swept: true,
      jobs: { seen: 60, inserted: 0, updated: 0 },
    });
    expect(written).toBe(0);
  });

  it("finds a change to a record that the walk has already passed", async () => {
    const opened = await openReconciler();
    const { account, clock, store } = opened;
    const clients = Array.from({ length: 120 }, (_, n) =>
      account.addClient({ firstName: `C${n}` }),
    );
    const proper = store.apply;
    let pages = 0;
    store.apply = async (change) => {
      pages += change.contacts.length > 0 ? 1 : 0;
      if (pages === 1) account.update("client", clients[0]?.id ?? "", { email: "new@example.com" });
      clock.now += 20 * 60_000;
      if (pages === 2)
        account.update("client", clients[9]?.id ?? "", { email: "later@example.com" });
      return proper(change);
    };
    await opened.reconcile("acme");
    store.apply = proper;
    clock.now += 15 * 60_000;
    expect(await opened.reconcile("acme")).toMatchObject({ swept: false });
    expect(await differences(store, opened)).toEqual([]);
  });

  it("never moves a cursor past Jobber's clock, and repairs one that is", async () => {
    const opened = await openReconciler({
      api: {
        fetch: async (url, init) => {
          const response = await fetch(url, init);
          const text = (await response.text()).replaceAll(
            '"updatedAt":"2026-01-25T10:00:00Z"',
            '"updatedAt":"2031-01-01T00:00:00Z"',
          );
          return new Response(text, { status: response.status, headers: response.headers });
        },
      },
    });
    const { account, clock, cursors, store } = opened;
    addJob(account);
    await opened.reconcile("acme");
    for (const name of ["clients", "jobs"])
      expect(Date.parse((await cursors.get("acme", name)) ?? "")).toBeLessThanOrEqual(clock.now);
    await cursors.set("acme", "clients", "2031-01-01T00:00:00Z");
    const client = account.addClient({ firstName: "Jane" });
    clock.now += HOUR_MS;
    await opened.reconcile("acme");
    clock.now += HOUR_MS;
    expect(await opened.reconcile("acme")).toMatchObject({ swept: true });
    expect((await store.contacts("acme", { ids: [client.id] })).length).toBe(1);
  });

  it("rejects before writing when the token belongs to another account", async () => {
    const opened = await openReconciler();
    const { account, jobber, store, tokens } = opened;
    addJob(account);
    await opened.reconcile("acme");
    const other = jobber.addAccount("Globex");
    addJob(other, "Other");
    const row = await tokens.read("acme");
    const { accessToken, refreshToken } = jobber.connect(other);
    await tokens.write({ ...row, accessToken, refreshToken } as never, row?.revision ?? null);
    for (const full of [false, true])
      await expect(opened.reconcile("acme", { full })).rejects.toMatchObject({
        code: "ERR_ACCOUNT_MISMATCH",
      });
    expect(await differences(store, opened)).toEqual([]);
  });

  it("reads everything of a new account that replaced the old one, and deletes nothing unasked", async () => {
    const opened = await openReconciler();
    const { account, clock, connect, jobber, reconciler, store } = opened;
    for (let n = 0; n < 5; n++) addJob(account);
    await opened.reconcile("acme");
    const other = jobber.addAccount("Globex");
    for (let n = 0; n < 3; n++) addJob(other, `Other ${n}`);
    clock.now += HOUR_MS;
    await connect("acme", other, { replaceAccount: true });
    await expect(opened.reconcile("acme")).rejects.toMatchObject({ code: "ERR_API_PERMISSION" });
    const alive = async () =>
      (await store.jobs("acme")).filter(({ deletedAt }) => deletedAt === null).length;
    expect(await alive()).toBe(8);
    await reconciler.acknowledgeMissing("acme");
    expect(await opened.reconcile("acme")).toMatchObject({ jobs: { deleted: 5 } });
    expect(await differences(store, { account: other })).toEqual([]);
  });

  it("runs once per tenant at a time, however often it is called", async () => {
    const opened = await openReconciler({ reconciler: { lease: createMemoryLease() } });
    for (let n = 0; n < 60; n++) addJob(opened.account);
    const runs = await Promise.all(Array.from({ length: 3 }, () => opened.reconcile("acme")));
    expect(runs.map(({ ran }) => ran)).toEqual([true, false, false]);
    expect(await opened.reconcile("acme")).toMatchObject({ ran: true });
  });
});

describe("the silent hook", () => {
  async function openBusy() {
    const opened = await openReconciler();
    const jobs = Array.from({ length: 12 }, (_, n) => addJob(opened.account, `Job ${n}`));
    await opened.reconcile("acme");
    const { account, api, clock, store } = opened;
    /** Changes jobs, and lets webhooks bring the first `delivered` of them. */
    const cycle = async (changed: number, delivered: number) => {
      clock.now += 5 * 60_000;
      for (const [n, { job }] of jobs.slice(0, changed).entries()) {
        account.update("job", job.id, { title: `${clock.now}` });
        if (n >= delivered) continue;
        const records = await api.fetch("acme", "job", job.id, { signal: SIGNAL });
        const position = { tenant: "acme", mode: "replace", sequence: await store.nextSequence() };
        const writes = records?.jobs.map((read) => ({ ...position, ...read }));
        await store.apply({ contacts: [], jobs: writes as never, submissions: [] });
      }
      clock.now += 10 * 60_000;
      return (await opened.reconcile("acme")).webhooks;
    };
    const silent = () => opened.events.filter(([name]) => name === "silent");
    return { ...opened, cycle, silent };
  }

  it("is called in the second run after webhooks were switched off, and once", async () => {
    const { account, cycle, silent, store } = await openBusy();
    expect(await cycle(4, 4)).toEqual({ delivered: 4, missed: 0 });
    expect(await cycle(3, 0)).toEqual({ delivered: 0, missed: 3 });
    expect(silent()).toEqual([]);
    await cycle(3, 0);
    expect(silent()).toEqual([["silent", { tenant: "acme", delivered: 0, missed: 3 }]]);
    // The records are equal all the same.
    expect(await differences(store, { account })).toEqual([]);
    await cycle(3, 0);
    await cycle(3, 3);
    await cycle(2, 0);
    await cycle(2, 0);
    expect(silent()).toHaveLength(2);
  });

  it("is called at once for many missed changes, and never for a few", async () => {
    const { cycle, silent } = await openBusy();
    for (let n = 0; n < 4; n++) await cycle(8, 6);
    expect(silent()).toEqual([]);
    await cycle(11, 0);
    expect(silent()).toHaveLength(1);
  });
});

describe("the guard of a sweep", () => {
  async function openWith(jobs: number, reconciler: Partial<ReconcilerOptions> = {}) {
    const opened = await openReconciler({ reconciler });
    const client = opened.account.addClient({ firstName: "John" });
    const property = opened.account.addProperty(client.id);
    const added = Array.from({ length: jobs }, () => opened.account.addJob(property.id));
    await opened.reconcile("acme");
    const destroy = (count: number): void => {
      for (const { id } of added.splice(0, count)) opened.account.destroy("job", id);
    };
    const sweep = async () => {
      opened.clock.now += 25 * HOUR_MS;
      return opened.reconcile("acme").then(
        ({ jobs: counts }) => counts.deleted,
        ({ code }) => code,
      );
    };
    return { ...opened, destroy, sweep };
  }

  it.each([
    [1, 1, 0.2, 1],
    [2, 2, 0.2, 2],
    [3, 2, 0.2, 2],
    [3, 3, 0.2, "ERR_API_PERMISSION"],
    [3, 3, 1, "ERR_API_PERMISSION"],
    [4, 3, 1, 3],
    [20, 4, 0.2, 4],
    [20, 5, 0.2, "ERR_API_PERMISSION"],
    [20, 3, 0, "ERR_API_PERMISSION"],
  ])(
    "with %i stored and %i missing at maxMissing %d: %s",
    async (stored, gone, maxMissing, expected) => {
      const { destroy, sweep } = await openWith(stored, { maxMissing });
      destroy(gone);
      expect(await sweep()).toBe(expected);
    },
  );

  it("remembers a refusal, walks everything once a day only, and deletes when acknowledged", async () => {
    const { clock, destroy, events, jobber, reconcile, reconciler, store, sweep, account } =
      await openWith(120);
    destroy(30);
    expect(await sweep()).toBe("ERR_API_PERMISSION");
    const { jobs = 0 } = jobber.counts.queries;
    for (let n = 0; n < 4; n++) {
      clock.now += 15 * 60_000;
      expect(await reconcile("acme")).toMatchObject({ swept: false });
    }
    // One page each, not a walk of two.
    expect(jobber.counts.queries.jobs).toBe(jobs + 4);
    expect(await sweep()).toBe("ERR_API_PERMISSION");
    expect(events).toEqual([
      ["refused", { tenant: "acme", type: "job", missing: 30, stored: 120 }],
    ]);
    await reconciler.acknowledgeMissing("acme");
    expect(await reconcile("acme")).toMatchObject({ swept: true, jobs: { deleted: 30 } });
    expect(await differences(store, { account })).toEqual([]);
    // The acknowledgement was used up.
    destroy(60);
    expect(await sweep()).toBe("ERR_API_PERMISSION");
  });

  it("refuses per record type", async () => {
    const { account, destroy, sweep, store } = await openWith(30);
    const extra = Array.from({ length: 10 }, (_, n) => account.addClient({ firstName: `C${n}` }));
    await sweep();
    account.destroy("client", extra[0]?.id ?? "");
    destroy(20);
    expect(await sweep()).toBe("ERR_API_PERMISSION");
    const gone = await store.contacts("acme", { ids: [extra[0]?.id ?? ""] });
    expect(gone[0]?.deletedAt).not.toBeNull();
  });
});
