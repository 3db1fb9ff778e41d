/** A median with the interval that contains the true median with a probability of 95 %. */
export interface Median {
  readonly median: number;
  readonly low: number;
  readonly high: number;
}

/** Computes the median of at least six values, and its interval from their ranks. */
export function medianOf(values: readonly number[]): Median {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const count = sorted.length;
  const middle = count / 2;
  const median = count % 2 === 1 ? at(Math.floor(middle)) : (at(middle - 1) + at(middle)) / 2;
  // The rank of the median is binomially distributed; the normal approximation is within one rank.
  const ranks = (1.96 * Math.sqrt(count)) / 2;
  const low = at(Math.max(0, Math.floor(middle - ranks)));
  const high = at(Math.min(count - 1, Math.ceil(middle + ranks) - 1));
  return { median, low, high };
}
