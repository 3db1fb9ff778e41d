import { createReconciler, type JobberApiOptions, type ReconcilerOptions } from "@jobber-sync/api";
import {
  createMemoryCursorStore,
  createMemoryLease,
  createMemoryStore,
  type SyncReader,
} from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";
import type { SimulatorOptions } from "@jobber-sync/testing/simulator";
import { describe, expect, it } from "vitest";
import { addJob, openApi } from "./support/open-api.ts";

const HOUR_MS = 3_600_000;

async function openReconciler(
  options: {
    readonly api?: Partial<JobberApiOptions>;
    readonly jobber?: SimulatorOptions;
    readonly reconciler?: Partial<ReconcilerOptions>;
  } = {},
) {
  const opened = await openApi(options);
  const store = createMemoryStore();
  const cursors = createMemoryCursorStore();
  const waits: number[] = [];
  const { clock } = opened;
  const { reconcile } = createReconciler({
    api: opened.api,
    store,
    cursors,
    now: () => clock.now,
    sleep: async (ms) => {
      waits.push(ms);
      clock.now += ms;
    },
    ...options.reconciler,
  });
  return { ...opened, store, cursors, waits, reconcile };
}

/** What is stored and not deleted, against what Jobber has. */
async function differences(
  store: SyncStore & SyncReader,
  { account }: Awaited<ReturnType<typeof openApi>>,
): Promise<string[]> {
  const jobs = (await store.jobs("acme")).filter(({ deletedAt }) => deletedAt === null);
  const contacts = (await store.contacts("acme")).filter(({ deletedAt }) => deletedAt === null);
  const stored = [
    ...jobs.map(
      ({ jobberJobId, title, sourceUpdatedAt }) => `${jobberJobId} ${title} ${sourceUpdatedAt}`,
    ),
    ...contacts.map(
      ({ jobberClientId, email, sourceUpdatedAt }) =>
        `${jobberClientId} ${email} ${sourceUpdatedAt}`,
    ),
  ];
  const there = [
    ...account.all("job").map(({ id, title, updatedAt }) => `${id} ${title} ${updatedAt}`),
    ...account.all("client").map(({ id, email, updatedAt }) => `${id} ${email} ${updatedAt}`),
  ];
  return [
    ...stored.filter((row) => !there.includes(row)).map((row) => `only stored: ${row}`),
    ...there.filter((row) => !stored.includes(row)).map((row) => `only in Jobber: ${row}`),
  ];
}

describe("reconcile", () => {
  it("walks everything the first time", async () => {
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

  it("then reads only what changed, with ten minutes' overlap", async () => {
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

  it("goes by Jobber's clock, however wrong its own is", async () => {
    const opened = await openReconciler({ reconciler: { now: () => 0 } });
    const { job } = addJob(opened.account);
    await opened.reconcile("acme");
    opened.clock.now += HOUR_MS;
    opened.account.update("job", job.id, { title: "Changed" });
    await opened.reconcile("acme");
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("deletes what Jobber does not have any more, in the daily sweep and after a second look", async () => {
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

  it("does not delete what is there at the second look", async () => {
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

  it("revives a tombstone once it has seen the record twice, a minute apart", async () => {
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

  it("rejects to delete when too much is missing at once", async () => {
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

  it("keeps its cursor when it fails, and begins there the next time", async () => {
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

  it("waits when Jobber throttles, and leaves half of the bucket to webhooks", async () => {
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

  it("lets one process at a time reconcile a tenant", async () => {
    const lease = createMemoryLease();
    const opened = await openReconciler({ reconciler: { lease } });
    await lease.acquire("jobber-reconcile:acme", "somebody else", HOUR_MS);
    expect(await opened.reconcile("acme")).toMatchObject({ ran: false });
    expect(await opened.reconcile("globex").catch(({ code }) => code)).toBe("ERR_API_NEEDS_REAUTH");
  });

  it("reads on to the end while records are changed and added", async () => {
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
});
