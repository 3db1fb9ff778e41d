/**
 * Returns how many calls with the same key were suppressed since the last one that passed; `null`
 * for a call to suppress.
 */
export type Throttle = (key: string) => number | null;

/**
 * Creates a throttle that passes one call per key and interval. Keys are kept for good, so they
 * must come from a small set, never from a request.
 *
 * @param now milliseconds since 1970
 */
export function createThrottle({
  everyMs,
  now,
}: {
  readonly everyMs: number;
  readonly now: () => number;
}): Throttle {
  const passed = new Map<string, { readonly at: number; suppressed: number }>();
  return (key) => {
    const at = now();
    const last = passed.get(key);
    // Not only "less than": a clock set back must not silence the key until it catches up.
    if (last !== undefined && Math.abs(at - last.at) < everyMs) {
      last.suppressed += 1;
      return null;
    }
    passed.set(key, { at, suppressed: 0 });
    return last?.suppressed ?? 0;
  };
}
