import type { Figure } from "./figure.ts";

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
  /**
   * The clock to measure with. CPU time does not depend on what else the machine does; wall time
   * includes waiting for a disk or a server. @default "wall"
   */
  readonly clock?: "cpu" | "wall";
  /** Pairs of measurements. @default 11 */
  readonly rounds?: number;
  /** Approximate length of one measurement. Milliseconds. @default 150 */
  readonly roundMs?: number;
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
  clock = "wall",
}: Comparison): Promise<Figure> {
  const cost = clock === "cpu" ? cpuCost : wallCost;
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
  row: Pick<Figure, "name" | "against" | "target">,
  ratios: readonly number[],
): Figure {
  const sorted = [...ratios].sort((a, b) => a - b);
  const at = (index: number) => sorted[index] ?? Number.NaN;
  const middle = Math.floor(sorted.length / 2);
  const median = sorted.length % 2 === 1 ? at(middle) : (at(middle - 1) + at(middle)) / 2;
  const spread = { value: median, least: at(0), most: at(sorted.length - 1) };
  return { ...row, ...spread, bound: "at least", unit: "×" };
}

async function timesFor(side: Side, roundMs: number): Promise<number> {
  let times = 1;
  for (;;) {
    const elapsed = await wallCost(side, times);
    if (elapsed >= roundMs / 4) return Math.max(1, Math.round((times * roundMs) / elapsed));
    times *= 4;
  }
}

async function cpuCost(side: Side, times: number): Promise<number> {
  const before = process.cpuUsage();
  await side(times);
  const { user, system } = process.cpuUsage(before);
  return user + system;
}

async function wallCost(side: Side, times: number): Promise<number> {
  const start = process.hrtime.bigint();
  await side(times);
  return Number(process.hrtime.bigint() - start) / 1e6;
}
