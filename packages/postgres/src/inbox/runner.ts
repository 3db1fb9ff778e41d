import { type ObjectRef, objectKey } from "@jobber-sync/core/ports";

/** Runs objects with limited concurrency. */
export interface Runner {
  /**
   * Resolves to `true` once a run of the object has started, or immediately if one is active, which
   * another run will follow. Resolves to `false` if the session ended first.
   *
   * @param options.first whether to run before everything that is queued now. @default false
   */
  offer(object: ObjectRef, options?: { readonly first?: boolean }): Promise<boolean>;
  /** Returns the objects with an active run. */
  running(): readonly ObjectRef[];
  /**
   * Resolves once no run is active. Returns the objects that may have rows left: those whose promised
   * follow-up run did not start before the session ended, and those that were running at its end,
   * since a run that must end leaves the rows it has not claimed.
   */
  idle(): Promise<readonly ObjectRef[]>;
}

interface Entry {
  readonly object: ObjectRef;
  /** Whether `offer` has already resolved to `true` for this run. */
  readonly promised: boolean;
  readonly begun: Promise<boolean>;
  running: boolean;
  /** Whether another run must follow. */
  again: boolean;
}

/**
 * Creates the runner of one process. It limits concurrent runs and runs an object once at a time:
 * any number of wake-ups during a run cause one follow-up run.
 *
 * @param run must not reject
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
  // Ends queued entries at once, without waiting for active runs.
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
    // No await between delete and enter: otherwise a second entry of the object could start in between.
    entries.delete(objectKey(object));
    if (entry.again) enter(object, { promised: true, first: false });
    else if (entries.size === 0) notifyIdle();
  }

  /** Resolves to `false` if the session ended first. */
  async function takeSlot(first: boolean): Promise<boolean> {
    if (signal.aborted) return false;
    if (slots > 0) {
      slots -= 1;
      return true;
    }
    // A slot is passed on directly, so that a later caller cannot take it first.
    await new Promise<void>((resolve) => (first ? urgent : waiting).push(resolve));
    return !signal.aborted;
  }

  function giveSlot(): void {
    const following = urgent.shift() ?? waiting.shift();
    if (following === undefined) slots += 1;
    else following();
  }
}
