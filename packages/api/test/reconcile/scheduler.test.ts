import { createReconciler, type ReconcilerOptions } from "@jobber-sync/api";
import { createMemoryCursorStore, createMemoryLease, createMemoryStore } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";

const MINUTE_MS = 60_000;
const EMPTY = { nodes: [], pageInfo: { hasNextPage: false, endCursor: null } };

beforeEach(() => {
  vi.useFakeTimers({
    toFake: ["setTimeout", "clearTimeout", "setInterval", "clearInterval", "Date"],
  });
});
afterEach(() => {
  vi.useRealTimers();
});

/** Opens a reconciler whose API answers each page by `page`, and counts the tenants' runs. */
function openScheduler(options: Partial<ReconcilerOptions> = {}) {
  const runs: Record<string, number> = {};
  const failed: string[] = [];
  let page = async (_tenant: string): Promise<unknown> => EMPTY;
  const another = (overrides: Partial<ReconcilerOptions> = {}) =>
    createReconciler({
      api: {
        fetch: async () => null,
        request: async (tenant: string, document: string) => {
          if (/ clients\(/.test(document)) runs[tenant] = (runs[tenant] ?? 0) + 1;
          const result = await page(tenant);
          return { clients: result, jobs: result } as never;
        },
      },
      store: createMemoryStore(),
      cursors,
      tenants: ["acme", "globex"],
      hooks: { failed: ({ tenant }) => void failed.push(tenant) },
      logger: silentLogger,
      random: () => 0.5,
      ...options,
      ...overrides,
    });
  const cursors = createMemoryCursorStore();
  const respond = (next: typeof page): void => {
    page = next;
  };
  return { runs, failed, another, reconciler: another(), respond };
}

describe("reconciler.start", () => {
  it("reconciles every tenant at once and then every 15 minutes, until stop", async () => {
    const { runs, reconciler } = openScheduler();
    reconciler.start();
    reconciler.start();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toEqual({ acme: 1, globex: 1 });
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(runs).toEqual({ acme: 5, globex: 5 });
    await reconciler.stop();
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(runs).toEqual({ acme: 5, globex: 5 });
    reconciler.start();
    await vi.advanceTimersByTimeAsync(1000);
    expect(runs).toEqual({ acme: 6, globex: 6 });
    await reconciler.stop();
  });

  it("varies the interval by 10 %", async () => {
    const times: number[] = [];
    const { reconciler, respond } = openScheduler({ tenants: ["acme"], random: Math.random });
    respond(async () => {
      times.push(Date.now());
      return EMPTY;
    });
    reconciler.start();
    await vi.advanceTimersByTimeAsync(24 * 60 * MINUTE_MS);
    await reconciler.stop();
    const gaps = times
      .map((time, index) => time - (times[index - 1] ?? time))
      .filter((gap) => gap > 0);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(13.4 * MINUTE_MS);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(16.6 * MINUTE_MS);
    expect(Math.max(...gaps) - Math.min(...gaps)).toBeGreaterThan(MINUTE_MS);
  });

  it("keeps a tenant's failure to the tenant, and tries it again", async () => {
    const { runs, failed, reconciler, respond } = openScheduler();
    respond(async (tenant) => {
      if (tenant === "acme") throw new Error("row 7 is broken");
      return EMPTY;
    });
    reconciler.start();
    await vi.advanceTimersByTimeAsync(31 * MINUTE_MS);
    expect(runs).toEqual({ acme: 3, globex: 3 });
    expect(failed).toEqual(["acme", "acme", "acme"]);
    await reconciler.stop();
  });

  it("reconciles tenants that were added later, and drops those that are gone", async () => {
    let tenants = ["acme"];
    const { runs, reconciler } = openScheduler({ tenants: async () => tenants });
    reconciler.start();
    await vi.advanceTimersByTimeAsync(1000);
    tenants = ["globex"];
    await vi.advanceTimersByTimeAsync(60 * MINUTE_MS);
    expect(runs.acme).toBeLessThanOrEqual(2);
    expect(runs.globex).toBeGreaterThanOrEqual(4);
    await reconciler.stop();
  });

  it("pauses a long backfill when other tenants are due, and continues it", async () => {
    const { runs, reconciler, respond } = openScheduler({
      concurrency: 1,
      tenants: ["big", "a", "b", "c"],
    });
    let page = 0;
    respond(async (tenant) => {
      if (tenant !== "big") return EMPTY;
      // A page takes 10 s; the walk of 2,000 pages takes hours.
      await new Promise((resolve) => setTimeout(resolve, 10_000));
      page += 1;
      return {
        nodes: [
          {
            id: `id-${page}`,
            updatedAt: "2026-01-25T10:00:00Z",
            name: "",
            firstName: "",
            lastName: "",
          },
        ],
        pageInfo: { hasNextPage: page < 2000, endCursor: `c${page}` },
      };
    });
    reconciler.start();
    await vi.advanceTimersByTimeAsync(2 * 60 * MINUTE_MS);
    for (const tenant of ["a", "b", "c"]) expect(runs[tenant]).toBeGreaterThanOrEqual(7);
    // The pauses cost little: the backfill has read nearly all pages it had time for.
    expect(page).toBeGreaterThan(650);
    const stopped = reconciler.stop();
    await vi.advanceTimersByTimeAsync(10_000);
    await stopped;
  });

  it("runs a tenant in one of two processes per interval", async () => {
    const lease = createMemoryLease();
    const { runs, another } = openScheduler({ lease, tenants: ["acme"] });
    const processes = [another(), another()];
    for (const process of processes) process.start();
    await vi.advanceTimersByTimeAsync(10 * 60 * MINUTE_MS);
    for (const process of processes) await process.stop();
    expect(runs.acme).toBeGreaterThanOrEqual(39);
    expect(runs.acme).toBeLessThanOrEqual(46);
  });
});

describe("reconciler.soon", () => {
  it("runs a tenant at once, whether started or not, and resolves when the run ends", async () => {
    const { runs, failed, reconciler, respond } = openScheduler();
    await reconciler.soon("initech");
    expect(runs).toEqual({ initech: 1 });
    respond(async () => {
      throw new Error("down");
    });
    await reconciler.soon("initech");
    expect(failed).toEqual(["initech"]);
    respond(async () => EMPTY);
    reconciler.start();
    await vi.advanceTimersByTimeAsync(1000);
    await reconciler.soon("acme");
    expect(runs.acme).toBe(2);
    await reconciler.stop();
    await reconciler.soon("acme");
    expect(runs.acme).toBe(2);
  });

  it("runs again when the tenant is being reconciled", async () => {
    const { runs, reconciler, respond } = openScheduler();
    let release = (): void => {};
    respond(
      () =>
        new Promise((resolve) => {
          release = () => resolve(EMPTY);
        }),
    );
    const first = reconciler.soon("acme");
    await vi.advanceTimersByTimeAsync(10);
    const second = reconciler.soon("acme");
    respond(async () => EMPTY);
    release();
    await first;
    await second;
    expect(runs.acme).toBe(2);
  });
});

describe("reconciler.stop", () => {
  it("aborts active runs and waits at most graceMs", async () => {
    const { reconciler, respond } = openScheduler();
    respond(() => new Promise(() => {}));
    reconciler.start();
    await vi.advanceTimersByTimeAsync(10);
    let stopped = false;
    void reconciler.stop({ graceMs: 5000 }).then(() => {
      stopped = true;
    });
    await vi.advanceTimersByTimeAsync(4000);
    expect(stopped).toBe(false);
    await vi.advanceTimersByTimeAsync(1001);
    expect(stopped).toBe(true);
  });
});
