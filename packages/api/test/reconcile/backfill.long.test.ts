import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import {
  createReconciler,
  type ReconcileReport,
  type Reconciler,
  type UnreadableRecord,
} from "@jobber-sync/api";
import { openSqlite } from "@jobber-sync/sqlite";
import { silentLogger } from "@jobber-sync/testing";
import { seededRandom } from "@jobber-sync/testing/contracts";
import type { SimulatedAccount } from "@jobber-sync/testing/simulator";
import { expect, it, onTestFinished } from "vitest";
import { grantOf, openApi } from "../support/open-api.ts";

const JOBS = 50_000;
const CLIENTS = 20_000;
const KILLS = 20;
const UNREADABLE = 5;
const FAILED_PAGES = 0.03;
const EVERY_MS = 15 * 60_000;

/** Opens an API that fails 3 % of its pages, and whose `broken` jobs have an unreadable number. */
async function openFaultyApi() {
  const random = seededRandom(7);
  const broken = new Set<string>();
  /** Number of reads of each page of the backfilled tenant, by its query. */
  const reads = new Map<string, number>();
  let active = false;
  const opened = await openApi({
    jobber: { accessTokenMs: 1e12 },
    api: {
      fetch: async (url, init) => {
        if (!active || !url.endsWith("graphql")) return fetch(url, init);
        const { query, variables } = JSON.parse(String(init?.body));
        const isPage = "first" in variables && !query.includes("Ids");
        if (isPage && random() < FAILED_PAGES) return new Response("<h1>502</h1>", { status: 502 });
        const response = await fetch(url, init);
        const text = await response.text();
        if (isPage && variables.after !== null) {
          const page = `${/jobs\(/.test(query)}:${variables.after}:${variables.first}`;
          reads.set(page, (reads.get(page) ?? 0) + 1);
        }
        const patched = text.replaceAll(/"id":"([^"]+)","jobNumber":(\d+)/g, (match, id, number) =>
          broken.has(id) ? `"id":"${id}","jobNumber":"${number}"` : match,
        );
        return new Response(patched, { status: response.status, headers: response.headers });
      },
    },
  });
  const activate = (): void => {
    active = true;
  };
  return { ...opened, random, broken, reads, activate };
}

/** Adds clients and jobs. @returns the ids of the jobs */
function fill(account: SimulatedAccount, clients: number, jobs: number): readonly string[] {
  const ids: string[] = [];
  for (let n = 0; n < clients; n++) {
    const property = account.addProperty(account.addClient({ firstName: `C${n}` }).id);
    while (ids.length < ((n + 1) * jobs) / clients)
      ids.push(account.addJob(property.id, { title: `J${ids.length}` }).id);
  }
  return ids;
}

it("a backfill of 70,000 records survives 20 kills, 3 % failed pages and 5 unreadable records, and delays no other tenant", async () => {
  const { account, api, broken, clock, jobber, random, reads, activate } = await openFaultyApi();
  const ids = fill(account, CLIENTS, JOBS);
  for (let n = 0; n < UNREADABLE; n++) broken.add(ids[n * 9973] ?? "");
  const other = jobber.addAccount("Globex");
  fill(other, 3, 9);
  await api.connect("globex", grantOf(jobber, other, clock.now));
  activate();

  const folder = mkdtempSync(join(tmpdir(), "backfill-"));
  const database = openSqlite(join(folder, "jobber.db"), { logger: silentLogger });
  onTestFinished(async () => {
    await database.close();
    rmSync(folder, { recursive: true });
  });
  const { store, cursors } = database;
  const written = countWrites(store);
  const unreadable: UnreadableRecord[] = [];
  const otherRuns: number[] = [];
  const heap: number[] = [];
  const startedAt = clock.now;
  let kills = 0;
  let pages = 0;
  let dieAfter = 30;
  let resolveEnd: (report: ReconcileReport) => void = () => {};
  const end = new Promise<ReconcileReport>((resolve) => {
    resolveEnd = resolve;
  });

  let last: Reconciler | undefined;
  const create = (): Reconciler => {
    const reconciler = createReconciler({
      api,
      store,
      cursors,
      tenants: ["acme", "globex"],
      concurrency: 1,
      everyMs: EVERY_MS,
      random: () => 0.5,
      logger: silentLogger,
      now: () => clock.now,
      sleep: async (ms, signal) => {
        signal?.throwIfAborted();
        clock.now += ms;
      },
      hooks: {
        unreadable: (record) => void unreadable.push(record),
        progress({ tenant }) {
          if (tenant !== "acme") return;
          pages += 1;
          if (pages % 100 === 0) heap.push(heapAfterCollection());
          if (kills >= KILLS || pages < dieAfter) return;
          kills += 1;
          dieAfter = pages + 30 + Math.floor(random() * 40);
          void reconciler.stop().then(() => create().start());
        },
        reconciled({ tenant, report }) {
          if (tenant === "globex") otherRuns.push(clock.now);
          else if (report.swept) resolveEnd(report);
        },
      },
    });
    last = reconciler;
    return reconciler;
  };
  const begun = performance.now();
  create().start();
  const report = await end;
  await last?.stop();
  const gaps = otherRuns.map((at, index) => at - (otherRuns[index - 1] ?? startedAt));
  // After the fifth hundred of pages the jobs are read: 900 pages of them.
  const growth = (heap.at(-1) ?? 0) - (heap[4] ?? 0);
  console.info(
    JSON.stringify({
      seconds: Math.round((performance.now() - begun) / 1000),
      kills,
      pages,
      hours: ((clock.now - startedAt) / 3_600_000).toFixed(2),
      queries: jobber.counts.queries,
      pagesReadTwice: [...reads.values()].filter((count) => count === 2).length,
      otherRuns: otherRuns.length,
      longestGapMinutes: Math.round(Math.max(...gaps) / 60_000),
      heapMB: heap.map((bytes) => Math.round(bytes / 1e6)),
    }),
  );
  expect(report).toMatchObject({ jobs: { deleted: 0 }, clients: { deleted: 0 } });
  expect(kills).toBe(KILLS);
  expect(await store.contacts("acme", { limit: 100_000 })).toHaveLength(CLIENTS);
  const jobs = await store.jobs("acme", { limit: 100_000 });
  expect(jobs).toHaveLength(JOBS - UNREADABLE);
  expect(jobs.filter(({ jobberJobId }) => broken.has(jobberJobId))).toEqual([]);
  expect(new Set(unreadable.map(({ id }) => id))).toEqual(broken);
  expect(unreadable).toHaveLength(UNREADABLE);
  expect([...written.values()].filter((count) => count > 1)).toEqual([]);
  expect(Math.max(...reads.values())).toBeLessThanOrEqual(2);
  expect([...reads.values()].filter((count) => count === 2).length).toBeLessThanOrEqual(KILLS);
  expect(jobber.counts).toMatchObject({ throttled: 0, tooManyRequests: 0 });
  // At most one interval late.
  expect(Math.max(...gaps)).toBeLessThanOrEqual(2 * EVERY_MS);
  expect(growth).toBeLessThan(10e6);
}, 1_800_000);

setFlagsFromString("--expose-gc");
const collectGarbage: () => void = runInNewContext("gc");

/** Returns the bytes in use after a garbage collection. */
function heapAfterCollection(): number {
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

/** Counts the writes of each record of the backfilled tenant that changed something. */
function countWrites(store: ReturnType<typeof openSqlite>["store"]): ReadonlyMap<string, number> {
  const written = new Map<string, number>();
  const apply = store.apply.bind(store);
  store.apply = async (change) => {
    const result = await apply(change);
    for (const row of [...result.jobs, ...result.contacts]) {
      if (row.tenant !== "acme" || row.outcome === "unchanged") continue;
      const id = "jobberJobId" in row ? row.jobberJobId : row.jobberClientId;
      written.set(id, (written.get(id) ?? 0) + 1);
    }
    return result;
  };
  return written;
}
