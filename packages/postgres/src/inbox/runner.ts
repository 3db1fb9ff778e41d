import type { ObjectRef } from "@jobber-sync/core";
import { objectKey } from "./inbox-context.ts";

/** Runs objects, so many at a time. */
export interface Runner {
  /** Resolves when a run of the object that began after this call has ended; `false` when the signal was aborted before it began. */
  run(object: ObjectRef): Promise<boolean>;
  /** Whether a run of the object has begun and not ended. */
  isRunning(object: ObjectRef): boolean;
  /** How many runs could begin at once. */
  free(): number;
  /** Resolves when nothing runs any more. */
  idle(): Promise<void>;
}

interface Entry {
  begun: boolean;
  ended: Promise<boolean>;
  /** The run after this one. */
  next: Promise<boolean> | null;
}

/**
 * Bounds the runs of one process, and runs one object once at a time: wake-ups for an object that runs already lead to one more run after
 * it, however many they are.
 *
 * @param run does not reject
 */
export function createRunner(
  run: (object: ObjectRef) => Promise<void>,
  { concurrency, signal }: { readonly concurrency: number; readonly signal: AbortSignal },
): Runner {
  const entries = new Map<string, Entry>();
  const waitingForSlot: (() => void)[] = [];
  let slots = concurrency;

  return {
    run: runOrFollow,
    isRunning: (object) => entries.get(objectKey(object))?.begun ?? false,
    free: () => slots,
    async idle() {
      while (entries.size > 0) await Promise.all([...entries.values()].map(({ ended }) => ended));
    },
  };

  function runOrFollow(object: ObjectRef): Promise<boolean> {
    const key = objectKey(object);
    const entry = entries.get(key);
    if (entry === undefined) return begin(key, object);
    if (!entry.begun) return entry.ended;
    entry.next ??= entry.ended.then(() => begin(key, object));
    return entry.next;
  }

  function begin(key: string, object: ObjectRef): Promise<boolean> {
    const entry: Entry = { begun: false, next: null, ended: Promise.resolve(false) };
    // In the map before anything of it runs, and out of it in the turn in which it ends.
    entries.set(key, entry);
    entry.ended = inSlot(entry, object).finally(() => entries.delete(key));
    return entry.ended;
  }

  async function inSlot(entry: Entry, object: ObjectRef): Promise<boolean> {
    if (slots > 0) slots -= 1;
    else await new Promise<void>((resolve) => waitingForSlot.push(resolve));
    try {
      if (signal.aborted) return false;
      entry.begun = true;
      await run(object);
      return true;
    } finally {
      // The slot goes from hand to hand, so that nobody can slip in between.
      const following = waitingForSlot.shift();
      if (following === undefined) slots += 1;
      else following();
    }
  }
}
