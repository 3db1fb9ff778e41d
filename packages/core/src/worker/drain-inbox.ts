import type { ObjectRef } from "../inbox/delivery.ts";
import type { Inbox } from "../inbox/inbox.ts";
import { objectKey } from "../inbox/object-key.ts";
import { createRunScheduler } from "../inbox/run-scheduler.ts";

/** Options of {@link drainInbox}. */
export interface DrainInboxOptions {
  readonly concurrency: number;
  readonly now: () => number;
  /** Starts no further runs once aborted. */
  readonly stop: AbortSignal;
  /** Processes an object. Returns whether anything was claimed. */
  readonly run: (object: ObjectRef) => Promise<boolean>;
  /** Active runs of a started worker. */
  readonly otherRuns: ReadonlySet<Promise<boolean>>;
}

// Objects per look and slot.
const OBJECTS_PER_SLOT = 16;
// Interval between looks while runs are active that do not end.
const LOOK_AGAIN_MS = 250;

/**
 * Runs due objects until there are none left that can be claimed. Tenants share the slots as
 * described at `createBulkheads`.
 *
 * @returns the number of runs
 */
export async function drainInbox(
  inbox: Pick<Inbox, "due">,
  { concurrency, now, stop, run, otherRuns }: DrainInboxOptions,
): Promise<number> {
  let runs = 0;
  /** Objects that could not be claimed, since a run last claimed something. */
  const unclaimable = new Map<string, ObjectRef>();
  let notifyEnd = () => {};
  const scheduler = createRunScheduler(countedRun, {
    concurrency,
    signal: stop,
    onEnd: () => notifyEnd(),
  });
  try {
    while (!stop.aborted) {
      if (scheduler.waiting() > 0 && !scheduler.hasFreeSlot()) {
        await runEnd();
        continue;
      }
      const objects = await inbox.due({
        now: now(),
        limit: OBJECTS_PER_SLOT * concurrency,
        debounced: true,
        exclude: [...scheduler.running(), ...unclaimable.values()],
        excludeTenants: scheduler.suppliedTenants(),
      });
      if (stop.aborted) break;
      for (const object of objects) void scheduler.offer(object);
      if (scheduler.running().length > 0) await runEnd();
      else if (otherRuns.size > 0) await Promise.race(otherRuns);
      // Nothing is due, or nothing can be claimed.
      else break;
    }
  } finally {
    await scheduler.idle();
  }
  return runs;

  async function countedRun(object: ObjectRef): Promise<void> {
    if (await run(object)) {
      runs += 1;
      unclaimable.clear();
    } else unclaimable.set(objectKey(object), object);
  }

  /** Waits for the end of a run, or of the session, but not for one that hangs. */
  function runEnd(): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(end, LOOK_AGAIN_MS);
      stop.addEventListener("abort", end, { once: true });
      notifyEnd = end;
      function end() {
        clearTimeout(timer);
        stop.removeEventListener("abort", end);
        notifyEnd = () => {};
        resolve();
      }
    });
  }
}
