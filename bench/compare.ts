/** One side of a comparison: does its work `times` times. */
export type Side = (times: number) => void | Promise<void>;

/** A row of the table. */
export interface Comparison {
  readonly name: string;
  readonly against: string;
  /** The ratio to hold: how many times as fast as the other side. */
  readonly target: number;
  readonly ours: Side;
  readonly theirs: Side;
  /** Called before each measurement, and not measured. */
  readonly prepare?: () => void;
  /** Pairs of measurements. @default 11 */
  readonly rounds?: number;
  /** How long one measurement takes, about. Milliseconds. @default 150 */
  readonly roundMs?: number;
}

/** What came out: median, and the smallest and largest ratio of a pair. */
export interface Ratio {
  readonly name: string;
  readonly against: string;
  readonly target: number;
  readonly median: number;
  readonly least: number;
  readonly most: number;
}

/**
 * Measures both sides in turns, in pairs that lie close together in time, and compares within the pair: on a machine with two shared cores only
 * that says anything.
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
    // Who goes first alternates: the second one inherits the first one's garbage.
    const oursFirst = round % 2 === 0;
    prepare();
    const first = await cost(oursFirst ? ours : theirs, times);
    const second = await cost(oursFirst ? theirs : ours, times);
    ratios.push(oursFirst ? second / first : first / second);
  }
  return summary({ name, against, target }, ratios);
}

/** Puts measured ratios of pairs together. */
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

/** A row as it is printed, and whether its target is reached. */
export interface Figure {
  readonly holds: boolean;
  readonly text: string;
}

/** What a ratio comes to. */
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
