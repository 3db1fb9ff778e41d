import { type ObjectRef, objectKey } from "@jobber-sync/core/ports";

/** Runs objects, so many at a time. */
export interface Runner {
  /**
   * Resolves when a run of the object has begun, or at once when one is under way: another will follow it. `false`: the end came before.
   *
   * @param options.first before everything that waits for its turn now. @default false
   */
  offer(object: ObjectRef, options?: { readonly first?: boolean }): Promise<boolean>;
  /** The objects that run at this moment. */
  running(): readonly ObjectRef[];
  /**
   * Resolves when nothing runs any more. Gives the objects of which something may be left: those whose next run was promised and did not begin
   * before the end, and those that ran when it came, for a run that is to end leaves what it had not claimed.
   */
  idle(): Promise<readonly ObjectRef[]>;
}

interface Entry {
  readonly object: ObjectRef;
  /** Whether somebody was told already that this run comes. */
  readonly promised: boolean;
  readonly begun: Promise<boolean>;
  running: boolean;
  /** Whether the object is to run once more afterwards. */
  again: boolean;
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
  const urgent: (() => void)[] = [];
  const waiting: (() => void)[] = [];
  const left = new Map<string, ObjectRef>();
  let slots = concurrency;
  let notifyIdle = () => {};
  // What waits for its turn does not wait for the runs that have theirs.
  const end = () => {
    for (const object of running()) left.set(objectKey(object), object);
    for (const proceed of [...urgent.splice(0), ...waiting.splice(0)]) proceed();
  };
  signal.addEventListener("abort", end, { once: true });

  return {
    async offer(object, { first = false } = {}) {
      const entry = entries.get(objectKey(object)) ?? enter(object, { promised: false, first });
      if (!entry.running) return entry.begun;
      entry.again = true;
      return true;
    },
    running,
    async idle() {
      if (entries.size > 0) {
        await new Promise<void>((resolve) => {
          notifyIdle = resolve;
        });
      }
      signal.removeEventListener("abort", end);
      return [...left.values()];
    },
  };

  function running(): readonly ObjectRef[] {
    return [...entries.values()].filter((entry) => entry.running).map(({ object }) => object);
  }

  function enter(
    object: ObjectRef,
    { promised, first }: { readonly promised: boolean; readonly first: boolean },
  ): Entry {
    let notify: (begun: boolean) => void = () => {};
    const begun = new Promise<boolean>((resolve) => {
      notify = resolve;
    });
    const entry = { object, promised, begun, running: false, again: false };
    entries.set(objectKey(object), entry);
    void work(entry, first, notify);
    return entry;
  }

  async function work(
    entry: Entry,
    first: boolean,
    notify: (begun: boolean) => void,
  ): Promise<void> {
    const { object, promised } = entry;
    const hasSlot = await takeSlot(first);
    if (hasSlot) {
      entry.running = true;
      notify(true);
      await run(object);
      giveSlot();
    } else {
      notify(false);
      if (promised) left.set(objectKey(object), object);
    }
    // In one turn, so that no second entry of the object can slip in between this run and the next.
    entries.delete(objectKey(object));
    if (entry.again) enter(object, { promised: true, first: false });
    else if (entries.size === 0) notifyIdle();
  }

  /** `false`: the end came. */
  async function takeSlot(first: boolean): Promise<boolean> {
    if (signal.aborted) return false;
    if (slots > 0) {
      slots -= 1;
      return true;
    }
    // A slot goes from hand to hand, so that nobody can slip in between.
    await new Promise<void>((resolve) => (first ? urgent : waiting).push(resolve));
    return !signal.aborted;
  }

  function giveSlot(): void {
    const following = urgent.shift() ?? waiting.shift();
    if (following === undefined) slots += 1;
    else following();
  }
}
