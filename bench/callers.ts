import type { Side } from "./compare.ts";

/** 64 callers, each of whom asks again as soon as it was answered: a burst that lasts. */
export const CALLERS = 64;

/** An operation as a side of a comparison. `index` never repeats. */
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
