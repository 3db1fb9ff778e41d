import { type Inbox, type ObjectRef, objectKey, type WakeOptions } from "@jobber-sync/core/ports";
import type { BossJob } from "../database/boss.ts";
import { aborted, pause } from "../database/pause.ts";
import { runTransaction } from "../database/transaction.ts";
import { createLook } from "./due.ts";
import type { InboxContext } from "./inbox-context.ts";
import { createOutages, type Outages } from "./outages.ts";
import { createRunner, type Runner } from "./runner.ts";
import { distinctWakeUps, wakeLater } from "./wake-later.ts";

/** How an inbox looks for what no wake-up led to. */
export interface SweepOptions {
  /** Between looks. Bounds how late the rows of a dead worker run again, once its claim has run out. Milliseconds. */
  readonly sweepMs: number;
  /** How long a row must have been due before the sweep takes it: until then its wake-up is only waiting for its turn. Milliseconds. */
  readonly overdueMs: number;
}

// Every one of them asks the server whenever something was accepted; two keep a worker busy, one fetching while the other one's runs begin.
const FETCHERS = 2;
// The wake-ups of one object that are fetched together lead to one run. A worker of few slots fetches no fewer: an object that runs may have
// thousands, and they lie before those of others.
const WAKE_UPS_PER_SLOT = 4;
const LEAST_BATCH = 16;
// Objects of a look: those that another worker has in hand may be among them.
const LEAST_LOOK = 16;
const POLL_SECONDS = 0.5;
// When pg-boss is asked again that took no worker, such as one that was not started yet.
const TRY_AGAIN_MS = 2000;
// How long the end waits for a server that does not answer. What stays behind is found by the sweep of others.
const ENDING_MS = 3000;

/** Makes `listen`: wake-ups from pg-boss, and a sweep for rows that have none. */
export function createListen(context: InboxContext, sweep: SweepOptions): Inbox["listen"] {
  const { boss, queue } = context;
  const look = createLook(context);

  return async (run, { concurrency, signal, onError }: WakeOptions) => {
    if (signal.aborted) return;
    const runner = createRunner(run, { concurrency, signal });
    const outages = createOutages(onError, queue);
    boss.on("error", outages.ofBoss);
    try {
      const listening = Promise.all([
        takeWakeUps(runner, concurrency, signal, outages),
        sweepRegularly(runner, concurrency, signal, outages),
      ]);
      await aborted(signal);
      await atMost(ENDING_MS, listening);
      await atMost(ENDING_MS, requeue(await runner.idle()).catch(outages.log));
    } finally {
      boss.off("error", outages.ofBoss);
    }
  };

  async function takeWakeUps(
    runner: Runner,
    concurrency: number,
    signal: AbortSignal,
    { log }: Outages,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const id = await boss.work(
          queue,
          {
            localConcurrency: FETCHERS,
            batchSize: Math.max(
              LEAST_BATCH,
              Math.ceil((concurrency * WAKE_UPS_PER_SLOT) / FETCHERS),
            ),
            burstWhenBatchFull: true,
            pollingIntervalSeconds: POLL_SECONDS,
            // Retries and delayed wake-ups send no notification.
            notifyPollingIntervalSeconds: POLL_SECONDS,
          },
          (jobs) => takeBatch(runner, jobs, signal),
        );
        await aborted(signal);
        await boss.offWork(queue, { id, wait: true });
      } catch (error) {
        log(error);
        await pause(TRY_AGAIN_MS, signal);
      }
    }
  }

  /**
   * Ends when each object of the batch has begun to run, or runs already and will once more: from then on its wake-up has served its purpose,
   * and others can be fetched however long the runs take. Should this process die, the claims of its runs run out and a sweep finds the rest
   * overdue. What has not begun when the listening ends is handed back.
   */
  async function takeBatch(
    runner: Runner,
    jobs: readonly BossJob[],
    end: AbortSignal,
  ): Promise<void> {
    const left = new Map(jobs.map(({ data }) => [objectKey(data as ObjectRef), data as ObjectRef]));
    const offered = Promise.all(
      [...left].map(async ([key, object]) => {
        if (await runner.offer(object)) left.delete(key);
      }),
    );
    // pg-boss gives a batch to somebody else that it takes for dead: that has lasted too long, or whose heartbeat did not get through.
    await Promise.race([offered, Promise.all(jobs.map(({ signal }) => aborted(signal)))]);
    if (end.aborted) await requeue([...left.values()]);
  }

  async function requeue(objects: readonly ObjectRef[]): Promise<void> {
    if (objects.length === 0) return;
    await runTransaction(context.pool, (_run, client) =>
      wakeLater(context, client, distinctWakeUps(objects)),
    );
  }

  /**
   * Runs what a sweep finds here and now: waking it through the queue would pile up jobs whenever the queue is long. It looks however much
   * there is to do, and what it finds is next, for what a dead worker held must not wait for the end of a long queue. Whoever else finds the
   * same object finds its rows claimed.
   */
  async function sweepRegularly(
    runner: Runner,
    concurrency: number,
    signal: AbortSignal,
    { log }: Outages,
  ): Promise<void> {
    while (!signal.aborted) {
      try {
        const { overdueMs } = sweep;
        const limit = Math.max(LEAST_LOOK, concurrency);
        const objects = await look({
          now: context.now(),
          limit,
          overdueMs,
          exclude: runner.running(),
        });
        // Not waited for: long runs must not keep the next look from happening.
        for (const object of objects) void runner.offer(object, { first: true });
      } catch (error) {
        log(error);
      }
      await pause(sweep.sweepMs, signal);
    }
  }
}

async function atMost(ms: number, work: Promise<unknown>): Promise<void> {
  const over = new AbortController();
  try {
    await Promise.race([work, pause(ms, over.signal)]);
  } finally {
    over.abort();
  }
}
