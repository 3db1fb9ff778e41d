import type { RunMode } from "./process-object.ts";

/** A mode with a time limit, to clear once its runs have ended. */
export interface LimitedMode {
  readonly mode: RunMode;
  clear(): void;
}

// Runs that are active when claiming stops usually end within this time.
const GRACE_MS = 1000;

/**
 * Limits the time of runs: no further claims shortly before `maxMs`, so that active runs can
 * finish, and those that have not finished at `maxMs` are ended.
 */
export function limitTime(mode: RunMode, maxMs: number | undefined): LimitedMode {
  if (maxMs === undefined) return { mode, clear: () => {} };
  const stop = new AbortController();
  const abort = new AbortController();
  const graceMs = Math.min(GRACE_MS, maxMs / 4);
  const timers = [
    setTimeout(() => stop.abort(), maxMs - graceMs),
    setTimeout(() => abort.abort(), maxMs),
  ];
  return {
    mode: {
      ...mode,
      stop: AbortSignal.any([mode.stop, stop.signal]),
      abort: AbortSignal.any([mode.abort, abort.signal]),
    },
    clear() {
      for (const timer of timers) clearTimeout(timer);
    },
  };
}
