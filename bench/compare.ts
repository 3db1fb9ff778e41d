/** One side of a comparison. Runs its operation `times` times. */
export type Side = (times: number) => void | Promise<void>;

/** A comparison to measure: one row of the table. */
export interface Comparison {
  readonly name: string;
  readonly against: string;
  /** The ratio to reach: how many times as fast as the other side. */
  readonly target: number;
  readonly ours: Side;
  readonly theirs: Side;
  /** Called before each pair of measurements, outside the measured time. */
  readonly prepare?: () => void;
  /** Pairs of measurements. @default 11 */
  readonly rounds?: number;
  /** Approximate length of one measurement. Milliseconds. @default 150 */
  readonly roundMs?: number;
}

/** The median, smallest and largest ratio of the pairs. */
export interface Ratio {
  readonly name: string;
  readonly against: string;
  readonly target: number;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Measures both sides in pairs, one directly after the other, and compares within each pair. On a
 * machine with two shared cores, only ratios of measurements that are close in time are meaningful.
 */
export async function compare({
  name,
  against,
  target,
  ours,
  theirs,
  prepare = () => {},
  rounds = 11,
  roundMs = 150,
}: Comparison): Promise<Ratio> {
  const times = Math.max(await timesFor(ours, roundMs), await timesFor(theirs, roundMs));
  const ratios: number[] = [];
  for (let round = 0; round < rounds; round += 1) {
    // Alternates the order, because the second side also pays for the garbage of the first.
    const oursFirst = round % 2 === 0;
    prepare();
    const first = await cost(oursFirst ? ours : theirs, times);
    const second = await cost(oursFirst ? theirs : ours, times);
    ratios.push(oursFirst ? second / first : first / second);
  }
  return summary({ name, against, target }, ratios);
}

/** Summarises the ratios of the pairs. */
export function summary(
  row: Pick<Ratio, "name" | "against" | "target">,
  ratios: readonly number[],
): Ratio {
  const sorted = [...ratios].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  return { ...row, median, least: at(0), most: at(sorted.length - 1) };
}

/** A printed row, and whether it reaches its target. */
export interface Figure {
  readonly holds: boolean;
  readonly text: string;
}

/** Formats a ratio. */
export function figureOf({ name, against, target, median, least, most }: Ratio): Figure {
  const measured = `${median.toFixed(2)} × (${least.toFixed(2)}–${most.toFixed(2)})`;
  return {
    holds: median >= target,
    text: `${measured.padEnd(22)} ≥ ${target.toFixed(2)} ×  ${name}  |  ${against}`,
  };
}

async function timesFor(side: Side, roundMs: number): Promise<number> {
  let times = 1;
  for (;;) {
    const elapsed = await cost(side, times);
    if (elapsed >= roundMs / 4) return Math.max(1, Math.round((times * roundMs) / elapsed));
    times *= 4;
  }
}

async function cost(side: Side, times: number): Promise<number> {
  const start = process.hrtime.bigint();
  await side(times);
  return Number(process.hrtime.bigint() - start) / 1e6;
}
