import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import { notificationOf, snapshotAt } from "./deliveries.ts";
import { drained } from "./many-workers.ts";
import { openBackend, type Target } from "./open-backend.ts";
import { startWorker } from "./processes.ts";
import { SLUG, startReference, titleOf } from "./reference-records.ts";
import type { DyingPoint } from "./worker-process.ts";

const LATEST_MS = 20_000;

/**
 * Kills a worker process at one point of its run and lets another one go on. Asserts that the deliveries have run again within 20 s of the
 * kill, that nothing is lost and nothing is there twice.
 *
 * @returns milliseconds from the kill to the end of the second run
 */
export async function killedWorker(target: Target, dieAt: DyingPoint): Promise<number> {
  const backend = await openBackend(target);
  const reference = await startReference();
  try {
    const version = reference.change("job-1");
    await backend.inbox.accept(snapshotAt("job-1", version));
    await backend.inbox.accept(notificationOf("job-1"));
    const doomed = await startWorker({ target, referenceUrl: reference.url, dieAt });
    const end = await Promise.race([
      doomed.ended,
      delay(LATEST_MS, { signal: "none" }, { ref: false }),
    ]);
    if (end.signal !== "SIGKILL") await doomed.stop();
    assert.equal(end.signal, "SIGKILL", `the worker dies when it has ${dieAt}`);
    const killed = performance.now();
    const heir = await startWorker({ target, referenceUrl: reference.url });
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
      await heir.stop();
    }
  } finally {
    await reference.close();
    await backend.close();
  }
}
