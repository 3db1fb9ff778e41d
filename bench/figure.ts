import { medianOf } from "./median.ts";

/** A measured figure beside its target. */
export interface Figure {
  readonly name: string;
  readonly against: string;
  readonly target: number;
  readonly bound: "at least" | "at most";
  readonly unit: "×" | "ms";
  /** The median, with the smallest and the largest value. */
  readonly value: number;
  readonly least: number;
  readonly most: number;
}

/** Returns whether a figure reaches its target. */
export function holds({ value, target, bound }: Figure): boolean {
  return bound === "at least" ? value >= target : value <= target;
}

/** Formats the target of a figure. */
export function targetText({ target, bound, unit }: Figure): string {
  return `${bound === "at least" ? "≥" : "≤"} ${numberText(target, unit)}`;
}

/** Formats the value of a figure and its spread. */
export function valueText({ value, least, most, unit }: Figure): string {
  const [low, high] = [least, most].map((each) => each.toFixed(unit === "ms" ? 1 : 2));
  return `${numberText(value, unit)} (${low}–${high})`;
}

/** Joins the same figure of several runs: the median of the medians, and the whole spread. */
export function joinRuns(runs: readonly [Figure, ...Figure[]]): Figure {
  return {
    ...runs[0],
    value: medianOf(runs.map(({ value }) => value)).median,
    least: Math.min(...runs.map(({ least }) => least)),
    most: Math.max(...runs.map(({ most }) => most)),
  };
}

function numberText(value: number, unit: Figure["unit"]): string {
  return unit === "ms" ? `${value.toFixed(1)} ms` : `${value.toFixed(2)} ×`;
}
