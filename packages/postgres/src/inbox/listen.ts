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

const MAX_FETCHERS = 8;
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
          // A batch ends with its slowest run, so as many are taken side by side as may run at all.
          localConcurrency: Math.min(concurrency, MAX_FETCHERS),
          batchSize: Math.max(2, Math.ceil(concurrency / MAX_FETCHERS) * 4),
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

  /** Ends when every object of the batch has run. What has not begun when the listening ends goes back to the queue. */
  async function takeBatch(runner: Runner, jobs: readonly BossJob[]): Promise<void> {
    const objects = distinctObjects(jobs.map(({ data }) => data as ObjectRef));
    const begun = await Promise.all(objects.map((object) => runner.run(object)));
    const left = objects.filter((_, index) => begun[index] === false);
    if (left.length > 0) {
      await runTransaction(context.pool, (_run, client) => wakeLater(context, client, left));
    }
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
