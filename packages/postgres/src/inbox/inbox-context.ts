import type { Boss } from "../database/boss.ts";
import type { Schema } from "../database/quote-schema.ts";
import type { SqlPool } from "../database/sql-pool.ts";

/** Which clock says what is due and how long a claim holds. */
export type InboxClock = "database" | "caller";

/** What every operation of the inbox needs. */
export interface InboxContext {
  readonly pool: SqlPool;
  readonly boss: Boss;
  readonly schema: Schema;
  readonly queue: string;
  readonly clock: InboxClock;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * The SQL of "now": the database's clock where the parameter is null, else the caller's milliseconds since 1970. One instant for a whole
 * statement, so that an index can be entered with it.
 */
export function nowSql(parameter: string): string {
  return `coalesce(to_timestamp(${parameter}::float8 / 1000), statement_timestamp())`;
}

/**
 * The same for a time that a row is due at or was put aside: when the transaction began, which is the clock that pg-boss goes by too. A
 * wake-up of the same transaction is then never there before its row is due.
 */
export function transactionNowSql(parameter: string): string {
  return `coalesce(to_timestamp(${parameter}::float8 / 1000), now())`;
}

/** The value for {@link nowSql} and {@link transactionNowSql}. */
export function nowValue({ clock }: InboxContext, now: number): number | null {
  return clock === "caller" ? now : null;
}

/** How far a `now` that was passed in lies from the inbox's own: what of it counts where the database's clock does. Milliseconds. */
export function aheadOfClock({ clock, now }: InboxContext, given: number): number {
  return clock === "caller" ? 0 : given - now();
}

/**
 * A column that lets the statement's commit be answered before it is flushed. Only for what is done again when a crash of the server takes
 * it: a claim or a settling that is lost leaves the delivery to be worked on once more. What was accepted and what was applied is flushed.
 */
export const COMMIT_LATER = "set_config('synchronous_commit', 'off', true) AS commit_later";

/** The object of a row, as the only column of a statement. */
export const OBJECT_JSON = `json_build_object(
  'tenant', d.tenant, 'objectType', d.object_type, 'objectId', d.object_id)::text AS json`;

/** The sequences of rows as the text of a `bigint[]`. */
export function sequenceArray(rows: readonly { readonly sequence: number }[]): string {
  return `{${rows.map(({ sequence }) => sequence).join(",")}}`;
}

/** A number of rows as PostgreSQL takes it: it knows no infinity, and what it reckons with has to stay within its integers. */
export function wholeLimit(limit: number): number {
  return Math.min(limit, 10_000_000);
}
