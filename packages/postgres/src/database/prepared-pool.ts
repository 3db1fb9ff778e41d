import { createHash } from "node:crypto";
import type { SqlClient, SqlPool, SqlResult } from "./sql-pool.ts";

/** How pg takes a statement that each connection shall parse once. */
interface NamedQuery {
  readonly name: string;
  readonly text: string;
  readonly values: unknown[];
}

type TakesNamed = (query: NamedQuery) => Promise<SqlResult>;

/**
 * The same pool, its statements named by their text. The largest takes the server longer to parse than to run. Only statements that the
 * package makes come this way, a few dozen texts, so no connection fills up with them.
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
    // That a pool takes such an object is what the option `prepare` says of it.
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
