import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { IncomingDelivery } from "@jobber-sync/core/ports";
import { deliver, notificationOf, snapshotAt } from "./deliveries.ts";
import { type Backend, openBackend, type Target } from "./open-backend.ts";
import { startWorker } from "./processes.ts";
import { SLUG, startReference, titleOf } from "./reference-records.ts";

/** Options for {@link manyWorkers}. */
export interface ManyWorkersOptions {
  readonly workers: number;
  readonly objects: number;
  readonly versions: number;
  readonly random: () => number;
}

// Records every update that would replace a record with an older version.
const AUDIT = {
  sqlite: [
    "CREATE TABLE audit (job_id TEXT, before TEXT, after TEXT)",
    `CREATE TRIGGER audit_jobs AFTER UPDATE ON jobber_jobs
      WHEN NEW.version < OLD.version OR CAST(substr(NEW.title, 2) AS INTEGER) < CAST(substr(OLD.title, 2) AS INTEGER)
      BEGIN INSERT INTO audit VALUES (NEW.jobber_job_id, OLD.title, NEW.title); END`,
  ],
  postgres: [
    "CREATE TABLE audit (job_id text, before text, after text)",
    `CREATE FUNCTION audit_jobs() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
      IF NEW.version < OLD.version OR substr(NEW.title, 2)::int < substr(OLD.title, 2)::int THEN
        INSERT INTO audit VALUES (NEW.jobber_job_id, OLD.title, NEW.title);
      END IF;
      RETURN NEW; END $$`,
    "CREATE TRIGGER audit_jobs AFTER UPDATE ON jobber_sync.jobber_jobs FOR EACH ROW EXECUTE FUNCTION audit_jobs()",
  ],
};

const NOTIFICATIONS = 0.1;

/**
 * Sends snapshots of every version of every object, out of order, some twice and mixed with
 * notifications, to several worker processes. Asserts that each object ends at its newest version
 * and never went back, that each version has exactly one submission, and that nothing failed: no
 * deadlock, no dead letter, no retry because of the store.
 */
export async function manyWorkers(
  target: Target,
  { workers, objects, versions, random }: ManyWorkersOptions,
): Promise<void> {
  const backend = await openBackend(target);
  const reference = await startReference();
  for (const statement of AUDIT[target.kind]) await backend.sql(statement);
  const processes = await Promise.all(
    Array.from({ length: workers }, () => startWorker({ target, referenceUrl: reference.url })),
  );
  try {
    const keys = new Set<string>();
    const send = (delivery: IncomingDelivery) => {
      keys.add(delivery.deliveryKey);
      return deliver(backend.inbox, delivery);
    };
    const order = shuffledNearby(objects, versions, random);
    for (let index = 0; index < order.length; index += 200) {
      await Promise.all(
        order.slice(index, index + 200).flatMap(([id, version]) => {
          // A webhook is sent after the change it describes.
          reference.versions.set(id, Math.max(reference.versions.get(id) ?? 0, version));
          const snapshot = send(snapshotAt(id, version));
          return random() < NOTIFICATIONS
            ? [snapshot, send(notificationOf(id, version))]
            : [snapshot];
        }),
      );
    }
    await drained(backend);
    await Promise.all(processes.map((worker) => worker.stop()));
    const jobs = await backend.store.jobs(SLUG, { limit: objects + 1 });
    assert.equal(jobs.length, objects);
    for (const job of jobs)
      assert.equal(job.title, titleOf(versions), `${job.jobberJobId} ends at its newest version`);
    assert.deepEqual(
      await backend.sql("SELECT * FROM audit"),
      [],
      "no record goes back to an older version",
    );
    const submissions = await backend.store.submissions(SLUG, { limit: keys.size + 1 });
    assert.deepEqual(
      submissions.map(({ deliveryKey }) => deliveryKey).sort(),
      [...keys].sort(),
      "each version has exactly one submission",
    );
    const failures = processes.flatMap((worker) => worker.failures);
    assert.deepEqual(
      failures.filter(({ hook, code }) => hook === "dead" || code === "ERR_STORE"),
      [],
    );
    assert.deepEqual(await backend.deadlocks(), 0, "the server ended no deadlock");
    for (const worker of processes) assert.deepEqual(await worker.ended, { code: 0, signal: null });
  } finally {
    await Promise.all(processes.map((worker) => worker.stop()));
    await reference.close();
    await backend.close();
  }
}

/** Resolves once no delivery is waiting or claimed. */
export async function drained(
  { inbox, unfinished }: Pick<Backend, "inbox" | "unfinished">,
  timeoutMs = 120_000,
): Promise<void> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    const count = await unfinished();
    if (count === 0) return;
    if (Date.now() > end) {
      const [first] = await inbox.list({ states: ["waiting", "claimed"], limit: 1 });
      const why = `the first one is ${first?.state}, reason ${first?.reason ?? "none"}`;
      assert.fail(`${count} deliveries unfinished after ${timeoutMs} ms, ${why}`);
    }
    await delay(50);
  }
}

function shuffledNearby(
  objects: number,
  versions: number,
  random: () => number,
): readonly (readonly [string, number])[] {
  const order: { readonly at: number; readonly item: readonly [string, number] }[] = [];
  for (let version = 1; version <= versions; version += 1) {
    for (let object = 0; object < objects; object += 1) {
      const item = [`job-${object}`, version] as const;
      order.push({ at: version + 5 * random(), item });
      if (random() < 0.05) order.push({ at: version + 10 * random(), item });
    }
  }
  return order.sort((a, b) => a.at - b.at).map(({ item }) => item);
}
