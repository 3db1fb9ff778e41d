import { createReconciler, type ReconcilerOptions, type UnreadableRecord } from "@jobber-sync/api";
import { createMemoryCursorStore, createMemoryStore } from "@jobber-sync/core";
import { expect, it } from "vitest";
import { openApi } from "../support/open-api.ts";

const JOBS = 50_000;
const CLIENTS = 20_000;
const KILLS = 20;
const UNREADABLE = 5;
const FAILED_PAGES = 0.03;

it("a backfill of 70,000 records survives 20 kills, 3 % failed pages and 5 unreadable records", async () => {
  let seed = 7;
  const random = (): number => {
    seed = (seed * 48_271) % 2_147_483_647;
    return seed / 2_147_483_647;
  };
  const broken = new Set<string>();
  /** Number of reads of each page, by its query. */
  const reads = new Map<string, number>();
  let active = false;
  const opened = await openApi({
    jobber: { accessTokenMs: 1e12 },
    api: {
      fetch: async (url, init) => {
        if (!active || !url.endsWith("graphql")) return fetch(url, init);
        const { query, variables } = JSON.parse(init.body);
        const isPage = "first" in variables && !query.includes("Ids");
        if (isPage && random() < FAILED_PAGES) return new Response("<h1>502</h1>", { status: 502 });
        const response = await fetch(url, init);
        const text = await response.text();
        if (isPage) {
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
  const { account, api, clock, jobber } = opened;
  const ids: string[] = [];
  for (let n = 0; n < CLIENTS; n++) {
    const client = account.addClient({ firstName: `C${n}` });
    const property = account.addProperty(client.id);
    for (let m = n; ids.length < ((n + 1) * JOBS) / CLIENTS; m++)
      ids.push(account.addJob(property.id, { title: `J${m}` }).id);
  }
  for (let n = 0; n < UNREADABLE; n++) broken.add(ids[n * 9973] ?? "");
  active = true;

  const store = createMemoryStore();
  const cursors = createMemoryCursorStore();
  const inserted = new Map<string, number>();
  const apply = store.apply;
  store.apply = async (change) => {
    const result = await apply(change);
    for (const row of [...result.jobs, ...result.contacts])
      if (row.outcome !== "unchanged") {
        const id = "jobberJobId" in row ? row.jobberJobId : row.jobberClientId;
        inserted.set(id, (inserted.get(id) ?? 0) + 1);
      }
    return result;
  };
  const unreadable: UnreadableRecord[] = [];
  const options: ReconcilerOptions = {
    api,
    store,
    cursors,
    hooks: { unreadable: (record) => void unreadable.push(record) },
    now: () => clock.now,
    sleep: async (ms) => {
      clock.now += ms;
    },
  };
  globalThis.gc?.();
  const startedAt = clock.now;
  let kills = 0;
  let highest = 0;
  for (;;) {
    const kill = new AbortController();
    let pages = 0;
    const dieAfter = kills < KILLS ? 30 + Math.floor(random() * 40) : Number.POSITIVE_INFINITY;
    const onProgress = (): void => {
      pages += 1;
      highest = Math.max(highest, process.memoryUsage().heapUsed);
      if (pages >= dieAfter) kill.abort(new Error("killed"));
    };
    const run = createReconciler(options).reconcile("acme", { signal: kill.signal, onProgress });
    const report = await run.catch((error: unknown) => {
      if (!kill.signal.aborted) throw error;
      return null;
    });
    if (report !== null) {
      expect(report).toMatchObject({ swept: true, jobs: { deleted: 0 }, clients: { deleted: 0 } });
      break;
    }
    kills += 1;
  }
  const jobs = await store.jobs("acme", { limit: 100_000 });
  const contacts = await store.contacts("acme", { limit: 100_000 });
  console.info(
    JSON.stringify({
      kills,
      hours: (clock.now - startedAt) / 3_600_000,
      queries: jobber.counts.queries,
      throttled: jobber.counts.throttled,
      heapMB: Math.round(highest / 1e6),
    }),
  );
  expect(kills).toBe(KILLS);
  expect(contacts).toHaveLength(CLIENTS);
  expect(jobs).toHaveLength(JOBS - UNREADABLE);
  expect(jobs.filter(({ jobberJobId }) => broken.has(jobberJobId))).toEqual([]);
  expect(new Set(unreadable.map(({ id }) => id))).toEqual(broken);
  expect(unreadable).toHaveLength(UNREADABLE);
  expect([...inserted.values()].filter((count) => count > 1)).toEqual([]);
  expect(Math.max(...reads.values())).toBeLessThanOrEqual(2);
  expect([...reads.values()].filter((count) => count === 2).length).toBeLessThanOrEqual(KILLS);
  expect(jobber.counts).toMatchObject({ throttled: 0, tooManyRequests: 0 });
}, 3_600_000);
