import type { Inbox, ObjectRef, WakeOptions } from "@jobber-sync/core";
import type { BossJob } from "../boss.ts";
import { runStatement, runTransaction } from "../internal/transaction.ts";
import { bossError } from "../migrations/ensure-queue.ts";
import { distinctObjects, dueStatement, type InboxContext, nowValue, wakeLater } from "./inbox-context.ts";
import { createRunner, type Runner } from "./runner.ts";

/** How an inbox looks for what no wake-up led to. */
export interface SweepOptions {
  /** Between looks. Bounds how late the rows of a dead worker run again, once its claim has run out. Milliseconds. */
  readonly sweepMs: number;
  /** How long a row must have been due before the sweep takes it: until then its wake-up is only waiting for its turn. Milliseconds. */
  readonly overdueMs: number;
}

// Every one of them asks the server whenever something was accepted; two keep a worker busy, one fetching while the other one's runs end.
const FETCHERS = 2;
// The wake-ups of one object that are fetched together lead to one run.
const WAKE_UPS_PER_SLOT = 4;
// How long the end of a batch waits for its slowest runs.
const HOLD_MS = 1000;
// When such a run is looked at again, in case this process dies before it ends: after its claim has run out.
const LOOK_AGAIN_MS = 15_000;
const POLL_SECONDS = 0.5;

/** Makes `listen`: wake-ups from pg-boss, and a sweep for rows that have none. */
export function createListen(context: InboxContext, sweep: SweepOptions): Inbox["listen"] {
  const { boss, queue } = context;

  return async (run, { concurrency, signal, onError }: WakeOptions) => {
    if (signal.aborted) return;
    const runner = createRunner(run, { concurrency, signal });
    boss.on("error", onError);
    const sweeping = sweepRegularly(runner, { concurrency, signal, onError });
    try {
      const id = await boss.work(
        queue,
        {
          localConcurrency: FETCHERS,
          // With batches of one pg-boss would wait for its next poll after each.
          batchSize: Math.max(2, Math.ceil((concurrency * WAKE_UPS_PER_SLOT) / FETCHERS)),
          burstWhenBatchFull: true,
          pollingIntervalSeconds: POLL_SECONDS,
          // Retries and delayed wake-ups send no notification.
          notifyPollingIntervalSeconds: POLL_SECONDS,
        },
        (jobs) => takeBatch(runner, jobs),
      );
      await aborted(signal);
      await boss.offWork(queue, { id, wait: true });
    } catch (error) {
      onError(bossError(error));
      await aborted(signal);
    } finally {
      await sweeping;
      await runner.idle();
      boss.off("error", onError);
    }
  };

  /**
   * Ends when every object of the batch has run. A run that takes long keeps no other wake-up from being fetched: its own is put back for
   * later. What has not begun when the listening ends is put back for now.
   */
  async function takeBatch(runner: Runner, jobs: readonly BossJob[]): Promise<void> {
    const left = new Set(distinctObjects(jobs.map(({ data }) => data as ObjectRef)));
    const over = new AbortController();
    const runs = [...left].map(async (object) => {
      if (await runner.run(object)) left.delete(object);
    });
    void Promise.allSettled(runs).then(() => over.abort());
    while (!over.signal.aborted) {
      await pause(HOLD_MS, over.signal);
      // One that still waits for its turn holds the batch: there is no room for what would be fetched.
      if ([...left].every((object) => runner.isRunning(object))) break;
    }
    if (left.size === 0) return;
    const afterMs = over.signal.aborted ? 0 : LOOK_AGAIN_MS;
    await runTransaction(context.pool, (_run, client) => wakeLater(context, client, [...left], afterMs));
  }

  /**
   * Runs what a sweep finds here and now: waking it through the queue would pile up jobs whenever the queue is long. Whoever else finds the
   * same object finds its rows claimed.
   */
  async function sweepRegularly(runner: Runner, { signal, onError }: WakeOptions): Promise<void> {
    const statement = dueStatement(context);
    while (!signal.aborted) {
      await pause(sweep.sweepMs, signal);
      const free = runner.free();
      if (signal.aborted || free === 0) continue;
      try {
        const values = [nowValue(context, context.now()), free, sweep.overdueMs];
        const objects = await runStatement<ObjectRef>(context.pool, statement, values);
        // Not waited for: one long run must not keep the next look from happening.
        for (const object of objects) void runner.run(object);
      } catch (error) {
        onError(error);
      }
    }
  }
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve(), { once: true });
  });
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener("abort", end, { once: true });
  });
}
