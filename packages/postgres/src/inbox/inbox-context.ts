import type { Boss } from "../database/boss.ts";
import type { Schema } from "../database/quote-schema.ts";
import type { SessionPool } from "../database/sql-pool.ts";

/** The clock that decides when rows are due and claims expire. */
export type InboxClock = "database" | "caller";

/** Dependencies that all operations of the inbox share. */
export interface InboxContext {
  readonly pool: SessionPool;
  /** `null`: workers poll the rows, and nothing is written to a queue. */
  readonly boss: Boss | null;
  readonly schema: Schema;
  readonly queue: string;
  readonly clock: InboxClock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Returns SQL for the current time: the database's clock if the parameter is null, otherwise the
 * caller's milliseconds since 1970. It is constant within a statement, so an index can be searched
 * by it.
 */
export function nowSql(parameter: string): string {
  return `coalesce(to_timestamp(${parameter}::float8 / 1000), statement_timestamp())`;
}

/**
 * Like {@link nowSql}, but the start of the transaction, for times that are stored. pg-boss uses
 * the same time, so a wake-up of the same transaction never arrives before its row is due.
 */
export function transactionNowSql(parameter: string): string {
  return `coalesce(to_timestamp(${parameter}::float8 / 1000), now())`;
}

/** Returns the parameter for {@link nowSql} and {@link transactionNowSql}. */
export function nowValue({ clock }: Pick<InboxContext, "clock">, now: number): number | null {
  return clock === "caller" ? now : null;
}

/**
 * Returns how far a caller's `now` is ahead of the inbox's clock, to be applied to the database's.
 * Milliseconds.
 */
export function aheadOfClock(
  { clock, now }: Pick<InboxContext, "clock" | "now">,
  given: number,
): number {
  return clock === "caller" ? 0 : given - now();
}

/**
 * A column that makes the statement's commit return before the flush. Only for claims and
 * settlements: if a server crash loses one, the delivery is processed again. Accepted deliveries
 * and applied changes are always flushed.
 */
export const COMMIT_LATER = "set_config('synchronous_commit', 'off', true) AS commit_later";

/** Select list that returns the object of a row `d`. */
export const OBJECT_JSON = `json_build_object(
  'tenant', d.tenant, 'objectType', d.object_type, 'objectId', d.object_id)::text AS json`;

/** Returns the sequences of rows as the text of a `bigint[]`. */
export function sequenceArray(rows: readonly { readonly sequence: number }[]): string {
  return `{${rows.map(({ sequence }) => sequence).join(",")}}`;
}

/** Caps a row limit: PostgreSQL's integers hold no infinity, and expressions must not overflow. */
export function wholeLimit(limit: number): number {
  return Math.min(limit, 10_000_000);
}
