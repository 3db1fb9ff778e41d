import { AsyncLocalStorage } from "node:async_hooks";

interface ActiveRun {
  isActive: boolean;
  /** Whether the run itself waits for the worker to stop. */
  waitsForStop: boolean;
}

/** The runs of one worker that have not ended. */
export interface ActiveRuns {
  /** Number of runs. */
  readonly size: number;
  /** The runs of the started worker, without those of `drain`. */
  readonly started: ReadonlySet<Promise<boolean>>;
  /** Executes `work` as a run. Never rejects if `work` does not. */
  run(kind: "started" | "drained", work: () => Promise<boolean>): Promise<boolean>;
  /** Whether the caller is part of a run, for instance a handler. */
  isInside(): boolean;
  /**
   * Resolves once the runs that are active now have ended: all of them, or, inside a run, the ones
   * that do not wait for the worker to stop. The calling run is one that does.
   */
  ended(): Promise<unknown>;
}

/** Creates the runs of a worker. */
export function createActiveRuns(): ActiveRuns {
  const inside = new AsyncLocalStorage<ActiveRun>();
  const runs = new Map<Promise<boolean>, ActiveRun>();
  const started = new Set<Promise<boolean>>();
  const current = () => {
    const run = inside.getStore();
    return run?.isActive === true ? run : undefined;
  };

  return {
    get size() {
      return runs.size;
    },
    started,
    run(kind, work) {
      const run: ActiveRun = { isActive: true, waitsForStop: false };
      const ended = inside.run(run, work).finally(() => {
        run.isActive = false;
        runs.delete(ended);
        started.delete(ended);
      });
      runs.set(ended, run);
      if (kind === "started") started.add(ended);
      return ended;
    },
    isInside: () => current() !== undefined,
    ended() {
      const own = current();
      if (own === undefined) return Promise.all(runs.keys());
      own.waitsForStop = true;
      return Promise.all([...runs].flatMap(([ended, run]) => (run.waitsForStop ? [] : [ended])));
    },
  };
}
