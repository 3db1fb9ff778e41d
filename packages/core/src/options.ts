/**
 * Returns `value`, the option `name`.
 *
 * @throws {TypeError} if `value` is not an integer from 1 to 2147483647, the longest delay of a timer in ms
 */
export function positiveInteger(name: string, value: unknown): number {
  if (typeof value === "number" && Number.isInteger(value) && value > 0 && value <= 2 ** 31 - 1)
    return value;
  throw new TypeError(`${name} must be a whole number from 1 to 2147483647.`);
}
