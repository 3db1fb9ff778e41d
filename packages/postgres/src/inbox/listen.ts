import {
  createRunScheduler,
  type Inbox,
  type ObjectRef,
  objectKey,
  type RunScheduler,
  type WakeOptions,
} from "@jobber-sync/core/ports";
import type { Boss, BossJob } from "../database/boss.ts";
import { aborted, pause } from "../database/pause.ts";
import { runTransaction } from "../database/transaction.ts";
import { createLook } from "./due.ts";
import type { InboxContext } from "./inbox-context.ts";
import { createOutages, type Outages } from "./outages.ts";
import { createSweep, type SweepOptions } from "./sweep.ts";
import { distinctWakeUps, wakeLater } from "./wake-later.ts";

// Every fetcher queries the server on each notification. Two keep a worker busy: one fetches while
// the runs of the other start.
const FETCHERS = 2;
// Wake-ups of one object that are fetched together cause one run. Small workers fetch as many: a
// busy object, or a tenant's backlog, may have thousands of wake-ups queued ahead of the others.
const WAKE_UPS_PER_SLOT = 4;
const LEAST_BATCH = 64;
const POLL_SECONDS = 0.5;
// Interval for retrying boss.work, for instance while pg-boss has not been started yet.
const TRY_AGAIN_MS = 2000;
// Limit for ending while the server does not respond. The sweep of another worker finds what is
// left.
const ENDING_MS = 3000;

/** Creates `listen`: wake-ups from pg-boss, and a sweep for rows without one. */
export function createListen(
  context: InboxContext & { readonly boss: Boss },
  options: SweepOptions,
): Inbox["listen"] {
  const { boss, queue } = context;
  const look = createLook(context);

  return async (run, { concurrency, signal, onError }: WakeOptions) => {
    if (signal.aborted) return;
    const sweep = createSweep(look, options);
    const onHungry = () => sweep.request();
    const scheduler = createRunScheduler(run, { concurrency, signal, onHungry });
    const outages = createOutages(onError, queue);
    boss.on("error", outages.ofBoss);
    try {
      const listening = Promise.all([
        takeWakeUps(scheduler, concurrency, signal, outages),
        sweep.run(scheduler, { concurrency, signal, now: context.now, onError: outages.log }),
      ]);
      await aborted(signal);
      await atMost(ENDING_MS, listening);
      await atMost(ENDING_MS, requeue(await scheduler.idle()).catch(outages.log));
    } finally {
      boss.off("error", outages.ofBoss);
    }
  };

  async function takeWakeUps(
    scheduler: RunScheduler,
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
            // Retried and delayed wake-ups send no notification.
            notifyPollingIntervalSeconds: POLL_SECONDS,
          },
          (jobs) => takeBatch(scheduler, jobs, signal),
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
   * Resolves once every object of the batch has started to run or is remembered: because it runs
   * already, or because its tenant holds all of its slots. Its wake-ups are then complete and the
   * next batch can be fetched, however long the runs take: if this process dies, claims expire and
   * the sweep finds the remaining rows. Requeues objects that have not started when listening ends.
   */
  async function takeBatch(
    scheduler: RunScheduler,
    jobs: readonly BossJob[],
    end: AbortSignal,
  ): Promise<void> {
    const left = new Map(jobs.map(({ data }) => [objectKey(data as ObjectRef), data as ObjectRef]));
    const offered = Promise.all(
      [...left].map(async ([key, object]) => {
        if (await scheduler.offer(object)) left.delete(key);
      }),
    );
    // pg-boss reassigns a batch that took too long or whose heartbeat failed.
    await Promise.race([offered, Promise.all(jobs.map(({ signal }) => aborted(signal)))]);
    if (end.aborted) await requeue([...left.values()]);
  }

  async function requeue(objects: readonly ObjectRef[]): Promise<void> {
    if (objects.length === 0) return;
    await runTransaction(context.pool, (_run, client) =>
      wakeLater(context, client, distinctWakeUps(objects)),
    );
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
