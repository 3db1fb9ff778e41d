// setTimeout fires at once for a delay beyond 2 ** 31 - 1 ms, so no option may exceed it.
const MAX_TIMER_MS = 2 ** 31 - 1;

/**
 * Checks an option that counts things or milliseconds.
 *
 * @param name as the option is spelled, for the message
 * @throws {TypeError} unless `value` is a whole number from 1 to 2147483647, the longest delay of a
 * timer
 */
export function positiveInteger(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= MAX_TIMER_MS)
    return value;
  throw new TypeError(`${name} must be a whole number from 1 to ${MAX_TIMER_MS}.`);
}

/**
 * Checks an option that is a duration and may be 0 or `Infinity`.
 *
 * @param name as the option is spelled, for the message
 * @throws {TypeError} unless `value` is a number of at least 0
 */
export function nonNegativeMs(name: string, value: unknown): number {
  if (typeof value === "number" && value >= 0) return value;
  throw new TypeError(`${name} must be a number of milliseconds, at least 0.`);
}
