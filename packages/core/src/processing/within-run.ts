import type { JobberSyncError } from "../errors.ts";

/**
 * Waits for somebody else's code (a source, a store, a handler), but no longer than its run lasts: what does not end when its signal aborts
 * would otherwise hold its slot, and its deliveries, for ever. It may go on in the background; nobody waits for it.
 *
 * @param late what to throw when the run ends first
 */
export function withinRun<T>(
  call: () => T | Promise<T>,
  signal: AbortSignal,
  late: () => JobberSyncError,
): Promise<T> {
  if (signal.aborted) return Promise.reject(late());
  return new Promise<T>((resolve, reject) => {
    const end = () => reject(late());
    signal.addEventListener("abort", end, { once: true });
    // A function that throws before it has a promise fails like one that rejects.
    new Promise<T>((begin) => begin(call()))
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", end));
  });
}
