/**
 * Creates a generator of numbers from 0 up to, but not including, 1. The same seed returns the same
 * numbers on every machine: for the `random` option of a worker, and to shuffle deliveries. Uses
 * Mulberry32, which has 32 bits of state: never use it for secrets.
 */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
