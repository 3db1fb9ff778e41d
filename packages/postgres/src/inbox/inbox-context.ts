import type { ObjectRef } from "@jobber-sync/core";
import type { Boss } from "../boss.ts";
import type { Schema } from "../internal/quote-schema.ts";
import { bossError } from "../migrations/ensure-queue.ts";
import type { SqlClient, SqlPool } from "../sql-pool.ts";

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

/** The SQL of "now": the database's clock where the parameter is null, else the caller's milliseconds since 1970. */
export function nowSql(parameter: string): string {
  return `coalesce(to_timestamp(${parameter}::float8 / 1000), clock_timestamp())`;
}

/**
 * A column that lets the statement's commit be answered before it is flushed. Only for what is done again when a crash of the server takes
 * it: a claim or a settling that is lost leaves the delivery to be worked on once more. What was accepted and what was applied is flushed.
 */
export const COMMIT_LATER = "set_config('synchronous_commit', 'off', true) AS commit_later";

/** The sequences of rows as the text of a `bigint[]`. */
export function sequenceArray(rows: readonly { readonly sequence: number }[]): string {
  return `{${rows.map(({ sequence }) => sequence).join(",")}}`;
}

/** The value for {@link nowSql}. */
export function nowValue({ clock }: InboxContext, now: number): number | null {
  return clock === "caller" ? now : null;
}

/**
 * Puts wake-ups into the queue, in the transaction that `client` is in: they are seen when, and only when, the rows are.
 *
 * @param afterMs how long from now
 */
export async function wakeLater(
  { boss, queue }: InboxContext,
  client: SqlClient,
  objects: readonly ObjectRef[],
  afterMs = 0,
): Promise<void> {
  if (objects.length === 0) return;
  const jobs = objects.map(({ clientSlug, objectType, objectId }) => ({
    data: { clientSlug, objectType, objectId },
    ...(afterMs > 0 ? { startAfter: afterMs / 1000 } : {}),
  }));
  const executeSql = async (text: string, values?: unknown[]) => {
    const { rows } = await client.query(text, values);
    return { rows: [...rows] };
  };
  try {
    await boss.insert(queue, jobs, { db: { executeSql } });
  } catch (error) {
    throw bossError(error);
  }
}

/**
 * Objects with rows that are due, the longest due first: those whose claim has run out, and those that have waited for `overdueMs`. Of a
 * long queue only the beginning is looked at, through an index of each kind. `$1` is now, `$2` the most objects, `$3` `overdueMs`.
 */
export function dueStatement({ schema }: InboxContext): string {
  const rows = (state: "claimed" | "waiting", since: string) => `
  (SELECT client_slug, object_type, object_id, due_at FROM ${schema.quoted}.jobber_deliveries
   WHERE state = '${state}' AND due_at <= ${since} ORDER BY due_at LIMIT 1000 + 100 * $2::int)`;
  return `
SELECT json_build_object('clientSlug', client_slug, 'objectType', object_type, 'objectId', object_id)::text AS json
FROM (${rows("claimed", nowSql("$1"))} UNION ALL ${rows("waiting", `${nowSql("$1")} - $3::float8 * interval '1 ms'`)}) AS due
GROUP BY client_slug, object_type, object_id ORDER BY min(due_at) LIMIT $2::int`;
}

/** Each object once. */
export function distinctObjects(objects: readonly ObjectRef[]): readonly ObjectRef[] {
  return [...new Map(objects.map((object) => [objectKey(object), object])).values()];
}

export function objectKey({ clientSlug, objectType, objectId }: ObjectRef): string {
  return JSON.stringify([clientSlug, objectType, objectId]);
}
