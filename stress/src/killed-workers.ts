import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { notificationOf, snapshotAt } from "./deliveries.ts";
import { drained } from "./many-workers.ts";
import { openBackend, type Target } from "./open-backend.ts";
import { startWorker } from "./processes.ts";
import { SLUG, startReference, titleOf } from "./reference-records.ts";
import type { DyingPoint } from "./worker-process.ts";

/** Options for {@link killedWorkers}. */
export interface KilledWorkersOptions {
  /** The point at which each worker dies, one worker after the other. */
  readonly dieAt: readonly DyingPoint[];
  /** The workers' lease. Milliseconds. @default the worker's default, 15 s */
  readonly leaseMs?: number | undefined;
}

const LATEST_MS = 20_000;

/**
 * Starts a worker that kills itself in the middle of its run, then the next one, which takes the
 * same run over and dies at the next point, and finally a worker that lives. Asserts that each
 * takes over within 20 s of the kill, and that at the end nothing is lost and nothing is stored
 * twice.
 *
 * @returns milliseconds from the last kill until the run was done
 */
export async function killedWorkers(
  target: Target,
  { dieAt, leaseMs }: KilledWorkersOptions,
): Promise<number> {
  const backend = await openBackend(target);
  const reference = await startReference();
  const order = { target, referenceUrl: reference.url, leaseMs };
  try {
    const version = reference.change("job-1");
    await backend.inbox.accept(snapshotAt("job-1", version));
    await backend.inbox.accept(notificationOf("job-1"));
    for (const point of dieAt) {
      const doomed = await startWorker({ ...order, dieAt: point });
      const end = await Promise.race([
        doomed.ended,
        delay(LATEST_MS, { signal: "none" }, { ref: false }),
      ]);
      if (end.signal !== "SIGKILL") await doomed.stop();
      assert.equal(end.signal, "SIGKILL", `the worker claims the run and dies: ${point}`);
    }
    const killed = performance.now();
    const last = await startWorker(order);
    try {
      await drained(backend, 1.5 * LATEST_MS);
      const elapsed = performance.now() - killed;
      assert.ok(elapsed < LATEST_MS, `done ${Math.round(elapsed)} ms after the kill`);
      assert.deepEqual(
        (await backend.inbox.list({})).map(({ state }) => state),
        ["done", "done"],
      );
      assert.deepEqual(
        (await backend.store.jobs(SLUG)).map(({ title }) => title),
        [titleOf(version)],
      );
      assert.equal((await backend.store.submissions(SLUG)).length, 2);
      return elapsed;
    } finally {
      await last.stop();
    }
  } finally {
    await reference.close();
    await backend.close();
  }
}
