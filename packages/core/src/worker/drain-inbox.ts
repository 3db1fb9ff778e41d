import type { Inbox, ObjectRef } from "../inbox/inbox.ts";

/** How to drain. */
export interface DrainInboxOptions {
  readonly concurrency: number;
  readonly now: () => number;
  /** No further runs once aborted. */
  readonly stop: AbortSignal;
  /** Processes an object. @returns whether anything was claimed */
  readonly run: (object: ObjectRef) => Promise<boolean>;
  /** Active runs of a started worker. */
  readonly otherRuns: ReadonlySet<Promise<boolean>>;
}

/** Runs due objects until there are none left that can be claimed. @returns the number of runs */
export async function drainInbox(
  inbox: Pick<Inbox, "due">,
  { concurrency, now, stop, run, otherRuns }: DrainInboxOptions,
): Promise<number> {
  let runs = 0;
  while (!stop.aborted) {
    const objects = await inbox.due({ now: now(), limit: 16 * concurrency });
    const claimed = await countClaimed(objects, concurrency, async (object) =>
      stop.aborted ? false : run(object),
    );
    runs += claimed;
    if (claimed > 0) continue;
    // Nothing is due, or nothing can be claimed. The started worker's runs may still leave work.
    if (otherRuns.size === 0) break;
    await Promise.race(otherRuns);
  }
  return runs;
}

/** Runs the objects, `concurrency` at a time. @returns how many runs claimed something */
async function countClaimed(
  objects: readonly ObjectRef[],
  concurrency: number,
  run: (object: ObjectRef) => Promise<boolean>,
): Promise<number> {
  const rest = objects.values();
  let claimed = 0;
  const loop = async () => {
    for (const object of rest) if (await run(object)) claimed += 1;
  };
  await Promise.all(Array.from({ length: concurrency }, loop));
  return claimed;
}
