/** A record that a history writes to. */
export interface HistoryObject {
  readonly kind: "job" | "contact";
  readonly id: string;
}

/** The value of a field, of any type that records have. */
export type HistoryValue =
  | string
  | number
  | boolean
  | null
  | { readonly [name: string]: HistoryValue };

/**
 * One write. Times are microseconds since 1970, so that expectations are computed with numbers, not
 * with the text and versions that stores compare.
 */
export type HistoryWrite = HistoryObject & { readonly sequence: number } & (
    | {
        readonly mode: "replace" | "fill";
        readonly time: number | null;
        readonly fields: Readonly<Record<string, HistoryValue>>;
        readonly seen: boolean;
        readonly revive: boolean;
      }
    | { readonly mode: "delete"; readonly deletedAt: number; readonly inferred: boolean }
  );

/** The input of one `apply` call. */
export interface HistoryStep {
  readonly writes: readonly HistoryWrite[];
  /** The step's submission. Two steps can share one. */
  readonly deliveryKey: string;
}

/** Steps in the order of application, which can differ from the order of their sequences. */
export type History = readonly HistoryStep[];

/** Formats microseconds since 1970 as RFC 3339 in UTC, with a fraction only if it is not zero. */
export function printTime(micros: number): string {
  const seconds = Math.floor(micros / 1_000_000);
  const fraction = String(micros - seconds * 1_000_000)
    .padStart(6, "0")
    .replace(/0+$/, "");
  const whole = new Date(seconds * 1000).toISOString().slice(0, 19);
  return fraction === "" ? `${whole}Z` : `${whole}.${fraction}Z`;
}
