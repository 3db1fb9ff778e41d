import type { JobberSyncError } from "../errors.ts";

/**
 * Awaits foreign code (a source, a store, a handler), but no longer than its run lasts. A call that
 * ignores its signal would otherwise keep its slot and its deliveries until the process ends. Such
 * a call continues in the background; its outcome is discarded.
 *
 * @param late creates the error to reject with when the signal aborts first
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
    // Inside a promise, a synchronous throw becomes a rejection.
    new Promise<T>((begin) => begin(call()))
      .then(resolve, reject)
      .finally(() => signal.removeEventListener("abort", end));
  });
}
