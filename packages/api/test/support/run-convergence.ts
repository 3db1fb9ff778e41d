import { setTimeout as delayFor } from "node:timers/promises";
import { createJobberApi, createReconciler } from "@jobber-sync/api";
import { createReceiver, createWorker, type Receiver } from "@jobber-sync/core";
import type { SyncChange } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { createSimulator, type SimulatedAccount } from "@jobber-sync/testing/simulator";
import { findDifferences } from "./find-differences.ts";
import { grantOf } from "./open-api.ts";
import { type BackendSettings, openBackend } from "./open-backend.ts";
import type { Served } from "./serve.ts";

/** The size of a run, and its clock. */
export interface ConvergenceRun {
  readonly backend: BackendSettings;
  readonly serve: (receiver: Receiver) => Promise<Served>;
  /** Jobs, clients, properties and visits together. */
  readonly objects: number;
  /** Pairs of changes, 300 ms apart. */
  readonly pairs: number;
  /** Time between two pairs. Milliseconds of the scaled clock. */
  readonly everyMs: number;
  readonly replicaLagMs: number;
  /** Speed of the clock while records change, against the real one. */
  readonly speed: number;
}

/** The result of a run. Times are of the scaled clock. */
export interface ConvergenceReport {
  /** Differences at the last delivery, and 120 s later, without any reconcile. */
  readonly differencesAtEnd: number;
  readonly differences: readonly string[];
  readonly fetchesPerBurst: number;
  /** From the receipt of a burst's last delivery to its record. Milliseconds. */
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly bursts: number;
  readonly fetches: number;
  /** Submissions that contain data from before their change. */
  readonly staleSubmissions: number;
  readonly notDone: number;
}

/** Not the tenant of other tests on the same database. */
const TENANT = "lagging";
const GAP_MS = 300;
const SETTLE_MS = 120_000;
const SETTLE_SPEED = 60;
// Jobber's limits and the worker's budget scale with the clock.
const FASTER = 100;

/**
 * Changes records of a simulated account in pairs, while its replicas lag and the default worker
 * processes the webhooks, and compares the records 120 s after the last delivery.
 */
export async function runConvergence(run: ConvergenceRun): Promise<ConvergenceReport> {
  const clock = createScaledClock(run.speed);
  const { now, elapse } = clock;
  const jobber = await createSimulator({
    seed: 5,
    now,
    accessTokenMs: 24 * 3_600_000,
    limits: { requests: 2500 * FASTER, maximumAvailable: 1e6, restoreRate: 5e4 },
  });
  const account = jobber.addAccount();
  const backend = await openBackend(run.backend, {
    now,
    pollMs: Math.max(1, 250 / run.speed),
  });
  const { store, inbox, tokens, lease, cursors } = backend;
  const tenants = [{ slug: TENANT, secrets: jobber.clientSecret, accountIds: [account.id] }];
  const served = await run.serve(createReceiver({ tenants, inbox, now }));
  const { endpoint, version, clientId, clientSecret } = jobber;
  const connection = { endpoint, version, clientId, clientSecret, maxRequests: 2400 * FASTER };
  const api = createJobberApi({ ...connection, tokens, lease, now });
  // Accounts of every simulator have the same ids.
  await api.connect(TENANT, grantOf(jobber, account, now()), { allowSharedAccount: true });
  const bursts = createBursts(account, run.objects, now);
  await createReconciler({ api, store, cursors, now }).reconcile(TENANT);
  const worker = createWorker({
    inbox,
    store: { ...store, apply: (change) => bursts.observe(change, store.apply(change)) },
    source: api,
    tenants,
    now,
    fetchesPerSecond: 8 * FASTER,
    logger: silentLogger,
  });
  try {
    jobber.webhooks.subscribe(account.id, `${served.url}/webhooks/jobber/${TENANT}`);
    account.conditions.replicaLagMs = run.replicaLagMs;
    await elapse(2 * run.replicaLagMs);
    const before = queriesOf(jobber.counts.queries);
    worker.start();
    const sent: Promise<void>[] = [];
    for (let pair = 0; pair < run.pairs; pair += 1) {
      sent.push(sendPair());
      await elapse(run.everyMs);
    }
    await Promise.all(sent);
    const differencesAtEnd = (await findDifferences(store, account, TENANT)).length;
    clock.setSpeed(SETTLE_SPEED);
    await elapse(SETTLE_MS);
    const fetches = queriesOf(jobber.counts.queries) - before;
    const latencies = bursts.latencies();
    return {
      differencesAtEnd,
      differences: await findDifferences(store, account, TENANT),
      fetchesPerBurst: fetches / run.pairs,
      p50Ms: Math.round(latencies[Math.floor(latencies.length / 2)] ?? Number.NaN),
      p95Ms: Math.round(latencies[Math.floor(latencies.length * 0.95)] ?? Number.NaN),
      bursts: latencies.length,
      fetches,
      staleSubmissions: bursts.staleSubmissions(),
      notDone: (await inbox.list({ states: ["waiting", "claimed", "dead", "paused"] })).length,
    };
  } finally {
    await worker.stop({ graceMs: 100 });
    await served.close();
    await backend.close();
    await jobber.close();
  }

  async function sendPair(): Promise<void> {
    const change = bursts.next();
    change();
    await jobber.webhooks.flush();
    await elapse(GAP_MS);
    const received = change();
    await jobber.webhooks.flush();
    received();
  }
}

/** Creates a clock that runs faster than the real one. */
function createScaledClock(initial: number) {
  let speed = initial;
  let base = Date.parse("2026-01-25T10:00:00Z");
  let since = performance.now();
  const now = () => base + (performance.now() - since) * speed;
  return {
    now,
    elapse: (ms: number) => delayFor(ms / speed),
    setSpeed(next: number) {
      base = now();
      since = performance.now();
      speed = next;
    },
  };
}

function queriesOf(queries: Readonly<Record<string, number>>): number {
  return Object.values(queries).reduce((sum, count) => sum + count, 0);
}

/** Fills an account; makes bursts of changes, and recognizes them in what is stored. */
function createBursts(account: SimulatedAccount, objects: number, now: () => number) {
  const rows = Array.from({ length: objects / 4 }, (_, index) => {
    const client = account.addClient({
      firstName: `Client ${index}`,
      lastName: "Doe",
      email: "0@example.com",
    });
    const address = { street: "0", city: "Austin", province: "TX", postalCode: "1", country: "US" };
    const property = account.addProperty(client.id, { address });
    const job = account.addJob(property.id, { title: "0" });
    return { client, property, job, visit: account.addVisit(job.id) };
  });
  /** When the last delivery of a burst was received, by the value that it stores. */
  const expected = new Map<string, number>();
  const found: number[] = [];
  let changes = 0;
  let picks = 0;
  let staleSubmissions = 0;

  return {
    /** Returns the change of the next object. Its result notes that the delivery was received. */
    next() {
      const row = rows[(Math.floor(picks / 4) * 7) % rows.length];
      const kind = picks % 4;
      picks += 1;
      return () => {
        changes += 1;
        const key = row === undefined ? "" : changeOne(row, kind, changes);
        return () => void expected.set(key, now());
      };
    },
    /** Notes which bursts a change stores, and submissions with data from before their change. */
    async observe<T>({ jobs, contacts, submissions }: SyncChange, applied: Promise<T>): Promise<T> {
      const result = await applied;
      const written = [...jobs, ...contacts];
      for (const { deliveryKey, payload } of submissions) {
        const write = written.find((each) =>
          "jobberJobId" in each
            ? "jobber_job_id" in payload && each.jobberJobId === payload.jobber_job_id
            : "jobber_client_id" in payload && each.jobberClientId === payload.jobber_client_id,
        );
        const time = write?.mode === "delete" ? null : write?.sourceUpdatedAt;
        // A delivery key ends with the time of the change.
        if (time && time < deliveryKey.slice(-20)) staleSubmissions += 1;
      }
      const seen = [
        ...jobs.flatMap((job) =>
          job.mode === "delete"
            ? []
            : [
                `${job.jobberJobId} ${job.fields.title}`,
                `${job.jobberJobId} ${job.fields.street}`,
                `${job.jobberJobId} ${job.fields.scheduledAt}`,
              ],
        ),
        ...contacts.flatMap((contact) =>
          contact.mode === "delete" ? [] : [`${contact.jobberClientId} ${contact.fields.email}`],
        ),
      ];
      for (const key of seen) {
        const received = expected.get(key);
        if (received === undefined) continue;
        expected.delete(key);
        found.push(Math.max(0, now() - received));
      }
      return result;
    },
    latencies: () => [...found].sort((a, b) => a - b),
    staleSubmissions: () => staleSubmissions,
  };

  function changeOne(row: (typeof rows)[number], kind: number, change: number): string {
    const { job, client, property, visit } = row;
    if (kind === 0) {
      account.update("job", job.id, { title: `Job ${change}` });
      return `${job.id} Job ${change}`;
    }
    if (kind === 1) {
      account.update("client", client.id, { email: `${change}@example.com` });
      return `${client.id} ${change}@example.com`;
    }
    if (kind === 2) {
      const { address } = property;
      account.update("property", property.id, {
        address: { ...address, street: `${change} Road` },
      });
      return `${job.id} ${change} Road`;
    }
    const time = `${new Date(Date.UTC(2027, 0, 1, 0, change)).toISOString().slice(0, 19)}Z`;
    account.moveVisit(visit.id, time);
    return `${job.id} ${time}`;
  }
}
