import { createHash } from "node:crypto";
import type { SqlClient, SqlPool, SqlResult } from "./sql-pool.ts";

/** A pg query object: the connection parses the statement once and reuses it by name. */
interface NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

type TakesNamed = (query: NamedQuery) => Promise<SqlResult>;

/**
 * Wraps a pool so that each statement is a named prepared statement: the server needs longer to
 * parse the largest statement than to run it. Only this package's own texts pass through here, a
 * few dozen, so connections do not fill up with prepared statements.
 */
export function preparedPool(pool: SqlPool): SqlPool {
  const names = new Map<string, string>();

  return {
    query: (text, values) => run(pool, text, values),
    async connect() {
      const client = await pool.connect();
      return {
        pipeline: client.pipeline === true,
        query: (text, values) => run(client, text, values),
        release: (error) => client.release(error),
        on: (event, listener) => client.on?.(event, listener),
        removeListener: (event, listener) => client.removeListener?.(event, listener),
      };
    },
  };

  function run(target: SqlPool | SqlClient, text: string, values?: unknown[]): Promise<SqlResult> {
    if (values === undefined) return target.query(text);
    // The option `prepare` states that the pool accepts query objects.
    return (target.query as unknown as TakesNamed).call(target, {
      name: nameOf(text),
      text,
      values,
    });
  }

  function nameOf(text: string): string {
    const known = names.get(text);
    if (known !== undefined) return known;
    const name = `jobber_sync_${createHash("sha256").update(text).digest("hex").slice(0, 24)}`;
    names.set(text, name);
    return name;
  }
}
