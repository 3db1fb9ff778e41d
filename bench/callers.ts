import type { Side } from "./compare.ts";

/** Number of concurrent callers. Each one sends its next call when its last one has returned. */
export const CALLERS = 64;

/**
 * Returns a side of a comparison that runs an operation for every caller. `index` never repeats.
 */
export function byCallers(operation: (index: number) => Promise<unknown>): Side {
  let next = 0;
  return async (times) => {
    const end = next + times;
    await Promise.all(
      Array.from({ length: CALLERS }, async () => {
        while (next < end) {
          const index = next;
          next += 1;
          await operation(index);
        }
      }),
    );
  };
}
