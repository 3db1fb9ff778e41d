import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { setTimeout as delayFor } from "node:timers/promises";
import {
  createJobberApi,
  createReconciler,
  type JobberApi,
  type ReconcileReport,
} from "@jobber-sync/api";
import { createReceiver, type Receiver } from "@jobber-sync/core";
import { createSimulator } from "@jobber-sync/testing/simulator";
import { busyAccount } from "./busy-account.ts";
import { findDifferences } from "./find-differences.ts";
import { grantOf } from "./open-api.ts";
import { type Backend, type BackendSettings, openBackend } from "./open-backend.ts";
import type { Served } from "./serve.ts";
import type { WorkerSettings } from "./worker-settings.ts";

/** The size of a run and the disorder of its deliveries. */
export interface BusyRun {
  readonly backend: BackendSettings;
  readonly serve: (receiver: Receiver) => Promise<Served>;
  readonly objects: number;
  readonly mutations: number;
  readonly workers: number;
  readonly seed: number;
  readonly replicaLagMs?: number;
  /** The share of deliveries that never arrive, 0 to 1. */
  readonly drop?: number;
  /** Whether full reconciles run all the time, beginning with the backfill. */
  readonly reconciling?: boolean;
}

/** The result of a run. */
export interface BusyReport {
  readonly deliveries: number;
  readonly fetches: number;
  /** Failures of deliveries that were tried again, such as a busy database. */
  readonly retries: number;
  readonly dropped: number;
  readonly givenUp: number;
  readonly throttled: number;
  readonly tooManyRequests: number;
  readonly notDone: number;
  readonly slowestResponseMs: number;
  /** Errors the workers logged, by code. */
  readonly errors: Readonly<Record<string, number>>;
  readonly differences: readonly string[];
  /** The reconciles that ran meanwhile, and their failures. */
  readonly meanwhile: { readonly runs: number; readonly failures: readonly string[] };
  /** The state after one full reconcile. */
  readonly reconciled: {
    readonly differences: readonly string[];
    readonly report: ReconcileReport;
  };
  readonly seconds: number;
}

// Jobber's limits and the workers' budgets are a hundred times as high, for a year of traffic in a
// minute.
const FASTER = 100;

/** Runs a busy simulated account through webhooks, web server, inbox, worker processes and API. */
export async function runBusyAccount(run: BusyRun): Promise<BusyReport> {
  const begin = performance.now();
  const jobber = await createSimulator({
    seed: run.seed,
    webhookRetries: 20,
    limits: {
      requests: 2500 * FASTER,
      maximumAvailable: 10_000 * FASTER,
      restoreRate: 500 * FASTER,
    },
  });
  const account = jobber.addAccount();
  const backend = await openBackend(run.backend);
  const tenants = [{ slug: "acme", secrets: jobber.clientSecret, accountIds: [account.id] }];
  const served = await run.serve(createReceiver({ tenants, inbox: backend.inbox }));
  const { endpoint, version, clientId, clientSecret } = jobber;
  const settings: WorkerSettings = {
    backend: run.backend,
    api: { endpoint, version, clientId, clientSecret, maxRequests: 2400 * FASTER },
    fetchesPerSecond: 8 * FASTER,
    looksMs: [1, 2, 3].map((times) => times * (1000 + (run.replicaLagMs ?? 0))),
  };
  const api = createJobberApi({ ...settings.api, tokens: backend.tokens, lease: backend.lease });
  await api.connect("acme", grantOf(jobber, account, Date.now()));
  const errors: Record<string, number> = {};
  const children = await startWorkers(settings, run.workers, errors);
  try {
    jobber.webhooks.subscribe(account.id, `${served.url}/webhooks/jobber/acme`);
    Object.assign(jobber.webhooks.disorder, {
      duplicate: 0.05,
      repeat: 0.05,
      reorder: 40,
      delay: 0.1,
      drop: run.drop ?? 0,
    });
    account.conditions.replicaLagMs = run.replicaLagMs ?? 0;
    const mutate = busyAccount(account, run.objects, run.seed);
    const meanwhile = run.reconciling ? reconcileRepeatedly(api, backend) : null;
    for (let done = 0; done < run.mutations; ) {
      // Several changes within a second, as from one person and Jobber's own follow-ups.
      for (let n = 0; n < 100 && done < run.mutations; n++, done++) mutate();
      await jobber.webhooks.flush(16);
    }
    jobber.webhooks.disorder.delay = 0;
    await jobber.webhooks.flush(16);
    const notDone = await settled(backend.inbox);
    const repeated = (await meanwhile?.stop()) ?? { runs: 0, failures: [] };
    const rows = await backend.inbox.list({ limit: 100_000 });
    const { webhooks, counts } = jobber;
    const differences = await findDifferences(backend.store, account);
    const fetches = Object.values(counts.queries).reduce((sum, count) => sum + count, 0) - 1;
    account.conditions.replicaLagMs = 0;
    const { reconcile } = createReconciler({
      api,
      store: backend.store,
      cursors: backend.cursors,
      maxMissing: 1,
      // Nothing lags any more, so the minute between the two looks can be short.
      sleep: async (ms) => delayFor(ms / 100),
    });
    const report = await reconcile("acme", { full: true });
    return {
      deliveries: webhooks.sent.filter(({ status }) => status === 200).length,
      fetches,
      retries: rows.reduce((sum, row) => sum + row.retries, 0),
      dropped: webhooks.dropped,
      givenUp: webhooks.givenUp,
      throttled: counts.throttled,
      tooManyRequests: counts.tooManyRequests,
      notDone,
      slowestResponseMs: Math.max(...webhooks.sent.map(({ durationMs }) => durationMs)),
      errors,
      differences,
      meanwhile: repeated,
      reconciled: { differences: await findDifferences(backend.store, account), report },
      seconds: (performance.now() - begin) / 1000,
    };
  } finally {
    for (const child of children) child.send("stop");
    await Promise.all(children.map((child) => child.exitCode ?? once(child, "exit")));
    await served.close();
    await backend.close();
    await jobber.close();
  }
}

/** Runs full reconciles one after the other until `stop`. */
function reconcileRepeatedly(api: JobberApi, { store, cursors }: Backend) {
  const failures: string[] = [];
  let runs = 0;
  let isStopped = false;
  const { reconcile } = createReconciler({
    api,
    store,
    cursors,
    maxMissing: 1,
    sleep: async (ms) => delayFor(ms / 100),
  });
  const loop = (async () => {
    while (!isStopped) {
      await reconcile("acme", { full: true }).catch((error) => failures.push(String(error)));
      runs += 1;
    }
  })();
  return {
    async stop() {
      isStopped = true;
      await loop;
      return { runs, failures };
    },
  };
}

async function startWorkers(
  settings: WorkerSettings,
  count: number,
  errors: Record<string, number>,
): Promise<ChildProcess[]> {
  const children = Array.from({ length: count }, () =>
    fork(new URL("./worker-process.ts", import.meta.url), [JSON.stringify(settings)], {
      execArgv: ["--conditions=jobber-sync-source"],
    }),
  );
  await Promise.all(children.map((child) => once(child, "message")));
  for (const child of children) {
    child.on("message", (code) => {
      errors[String(code)] = (errors[String(code)] ?? 0) + 1;
    });
  }
  return children;
}

/** Waits until no delivery is due; returns the number of deliveries that are not done. */
async function settled(inbox: Awaited<ReturnType<typeof openBackend>>["inbox"]): Promise<number> {
  while ((await inbox.list({ states: ["waiting", "claimed"], limit: 1 })).length > 0)
    await delayFor(50);
  return (
    await inbox.list({ states: ["dead", "paused", "quarantined", "unresolved"], limit: 1000 })
  ).length;
}
