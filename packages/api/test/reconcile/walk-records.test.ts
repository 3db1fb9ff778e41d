import type { FetchLike, ReconcileProgress } from "@jobber-sync/api";
import { describe, expect, it } from "vitest";
import { addJob } from "../support/open-api.ts";
import { differences, openReconciler } from "../support/open-reconciler.ts";

type Body = Record<string, never> & {
  data: { jobs?: { nodes: (Record<string, unknown> | null)[]; pageInfo: { endCursor: string } } };
};

/** Changes the responses to queries, as a broken record or page of Jobber's would. */
function changing(change: (body: Body, query: string) => unknown): FetchLike {
  return async (url, init) => {
    const response = await fetch(url, init);
    const { query = "" } = url.endsWith("graphql") ? JSON.parse(init.body) : {};
    if (query === "") return response;
    const result = change((await response.json()) as Body, query);
    if (result instanceof Response) return result;
    return Response.json(result, { headers: { date: response.headers.get("date") ?? "" } });
  };
}

describe("a record that cannot be read", () => {
  const corrupt =
    (id: () => string, patch: (node: Record<string, unknown>) => unknown) => (body: Body) => {
      const { data } = body as { data: Record<string, { nodes?: unknown[] } | null> };
      for (const [field, value] of Object.entries(data)) {
        if (value?.nodes)
          value.nodes = value.nodes.map((node) =>
            (node as { id: string } | null)?.id === id() ? patch(node as never) : node,
          );
        else if ((value as { id?: string } | null)?.id === id())
          data[field] = patch(value as never) as never;
      }
      return body;
    };

  it.each<[string, (node: Record<string, unknown>) => unknown]>([
    ["a start in the year 20255", (node) => ({ ...node, startAt: "20255-03-01T10:00:00Z" })],
    ["a total as text", (node) => ({ ...node, total: "12.50" })],
    ["no updatedAt", (node) => ({ ...node, updatedAt: null })],
    ["an id that is a number", (node) => ({ ...node, id: 7 })],
  ])("is skipped, reported once and read again in the next run: %s", async (_, patch) => {
    let broken = "";
    let active = true;
    const opened = await openReconciler({
      api: {
        fetch: changing((body, query) => {
          const change = corrupt(() => broken, patch);
          return active && !/JobIds/.test(query) ? change(body) : body;
        }),
      },
    });
    const jobs = Array.from({ length: 70 }, (_unused, n) => addJob(opened.account, `Job ${n}`));
    broken = jobs[33]?.job.id ?? "";
    for (let run = 0; run < 3; run++)
      expect(await opened.reconcile("acme")).toMatchObject({
        jobs: { unreadable: 1, deleted: 0 },
        clients: { unreadable: 0 },
      });
    expect(opened.events).toEqual([
      [
        "unreadable",
        { tenant: "acme", type: "job", id: broken, reason: expect.stringContaining("job") },
      ],
    ]);
    expect(await differences(opened.store, opened)).toHaveLength(1);
    active = false;
    opened.clock.now += 3_600_000;
    expect(await opened.reconcile("acme")).toMatchObject({ jobs: { unreadable: 0 } });
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("is read by its id when the page has a null node or an error with its path", async () => {
    const opened = await openReconciler({
      api: {
        fetch: changing((body) => {
          const nodes = body.data.jobs?.nodes ?? [];
          if (nodes.length < 20 || nodes[7]?.title === undefined) return body;
          nodes[7] = null;
          nodes[9] = { ...nodes[9], total: null };
          const path = ["jobs", "nodes", 9, "total"];
          return { ...body, errors: [{ message: "Something broke", path }] };
        }),
      },
    });
    for (let n = 0; n < 20; n++) addJob(opened.account, `Job ${n}`);
    expect(await opened.reconcile("acme")).toMatchObject({ jobs: { seen: 20, unreadable: 0 } });
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("does not stop the walk when every page that contains it fails", async () => {
    let broken = "";
    const down = () => new Response("<h1>502</h1>", { status: 502 });
    const opened = await openReconciler({
      api: {
        fetch: changing((body, query) => {
          const text = JSON.stringify(body);
          return !/JobIds/.test(query) && text.includes(broken) && text.includes("jobNumber")
            ? down()
            : body;
        }),
      },
    });
    const jobs = Array.from({ length: 120 }, (_, n) => addJob(opened.account, `Job ${n}`));
    broken = jobs[60]?.job.id ?? "";
    expect(await opened.reconcile("acme")).toMatchObject({
      swept: true,
      jobs: { seen: 119, unreadable: 1 },
    });
    expect(await differences(opened.store, opened)).toEqual([
      expect.stringContaining(`only in Jobber: ${broken}`),
    ]);
  });

  it("ends the walk when most records of a page are unreadable", async () => {
    const opened = await openReconciler({
      api: {
        fetch: changing((body) => {
          for (const node of body.data.jobs?.nodes ?? []) if (node) node.jobNumber = "1";
          return body;
        }),
      },
    });
    for (let n = 0; n < 20; n++) addJob(opened.account);
    await expect(opened.reconcile("acme")).rejects.toMatchObject({ code: "ERR_API_VERSION" });
  });
});

describe("a walk", () => {
  it("ends with an error when cursors repeat", async () => {
    const opened = await openReconciler({
      api: {
        fetch: changing((body) => {
          const { pageInfo } = body.data.jobs ?? {};
          if (pageInfo) Object.assign(pageInfo, { endCursor: "MQ==", hasNextPage: true });
          return body;
        }),
      },
    });
    for (let n = 0; n < 5; n++) addJob(opened.account);
    await expect(opened.reconcile("acme")).rejects.toMatchObject({ code: "ERR_API_RESPONSE" });
  });

  it("resumes at its page after a kill, and sweeps with what earlier runs have seen", async () => {
    const opened = await openReconciler();
    const { account, another, jobber, store } = opened;
    for (let n = 0; n < 450; n++) addJob(account, `Job ${n}`);
    const gone = addJob(account);
    await opened.reconcile("acme");
    account.destroy("job", gone.job.id);
    opened.clock.now += 25 * 3_600_000;
    const before = { ...jobber.counts.queries };
    let kills = 0;
    for (; ; kills++) {
      const kill = new AbortController();
      let pages = 0;
      const onProgress = (): void => {
        pages += 1;
        if (pages === 3) kill.abort(new Error("killed"));
      };
      const options = { signal: kill.signal, onProgress };
      const report = await another()
        .reconcile("acme", options)
        .catch(() => null);
      if (report === null) continue;
      expect(report).toMatchObject({ swept: true, jobs: { deleted: 1 }, clients: { deleted: 0 } });
      break;
    }
    expect(kills).toBeGreaterThanOrEqual(5);
    // 10 pages of each type, and at most one more per kill.
    for (const type of ["jobs", "clients"] as const)
      expect((jobber.counts.queries[type] ?? 0) - (before[type] ?? 0)).toBeLessThanOrEqual(
        10 + kills,
      );
    expect(await differences(store, opened)).toEqual([]);
  });

  it("completes in one run although one in ten requests fails", async () => {
    let failing = false;
    let requests = 0;
    let failed = 0;
    const opened = await openReconciler({
      api: {
        fetch: async (url, init) => {
          requests += 1;
          if (!failing || requests % 10 !== 0) return fetch(url, init);
          failed += 1;
          return new Response("<h1>502</h1>", { status: 502 });
        },
      },
    });
    for (let n = 0; n < 1000; n++) addJob(opened.account, `Job ${n}`);
    failing = true;
    expect(await opened.reconcile("acme")).toMatchObject({ swept: true, jobs: { unreadable: 0 } });
    expect(failed).toBeGreaterThanOrEqual(4);
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("gives up after a dozen requests when Jobber is down, and continues at its page", async () => {
    const opened = await openReconciler();
    for (let n = 0; n < 120; n++) addJob(opened.account, `Job ${n}`);
    let down = false;
    const onProgress = (): void => {
      if (!down) opened.jobber.faults.always("graphql", { kind: "outage" });
      down = true;
    };
    const { requests } = opened.jobber.counts;
    await expect(opened.reconcile("acme", { onProgress })).rejects.toMatchObject({
      code: "ERR_API_RESPONSE",
      retryable: true,
    });
    expect(opened.jobber.counts.requests - requests).toBeLessThanOrEqual(15);
    opened.jobber.faults.clear();
    expect(await opened.reconcile("acme")).toMatchObject({ swept: true, clients: { seen: 70 } });
    expect(await differences(opened.store, opened)).toEqual([]);
  });

  it("reports done, total, rate and the seconds left", async () => {
    const progress: ReconcileProgress[] = [];
    const opened = await openReconciler();
    for (let n = 0; n < 120; n++) addJob(opened.account, `Job ${n}`);
    await opened.reconcile("acme");
    opened.clock.now += 1000;
    const onProgress = (event: ReconcileProgress): void => {
      opened.clock.now += 1000;
      progress.push(event);
    };
    await opened.reconcile("acme", { full: true, onProgress });
    const jobs = progress.filter(({ type }) => type === "job");
    expect(jobs.map(({ done, total }) => [done, total])).toEqual([
      [50, 120],
      [100, 120],
      [120, 120],
    ]);
    expect(jobs.map(({ full }) => full)).toEqual([true, true, true]);
    expect(jobs[0]?.rate).toBeGreaterThan(0);
    expect(jobs.map(({ secondsLeft }) => secondsLeft).at(-1)).toBe(0);
    expect(jobs[0]?.secondsLeft).toBeGreaterThan(0);
  });
});
