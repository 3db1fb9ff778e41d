import type { SqlClient, SqlPool } from "../sql-pool.ts";
import { isConflict, storeError } from "./store-error.ts";

const ATTEMPTS = 4;

/** What one statement gives back: the JSON text in its only column `json`, parsed. */
export type Run = <T>(text: string, values: unknown[]) => Promise<readonly T[]>;

/** Runs one statement. @throws {JobberSyncError} */
export async function runStatement<T>(pool: SqlPool, text: string, values: unknown[]): Promise<readonly T[]> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return parsed<T>(await pool.query(text, values));
    } catch (error) {
      if (attempt < ATTEMPTS && isConflict(error)) continue;
      throw storeError(error);
    }
  }
}

/**
 * Runs `work` in a transaction of its own; nothing of it stays when it throws. A transaction that lost against another one is run again.
 *
 * @param giveUpMs closes the connection when the whole takes longer; whether it was committed is then not known. Milliseconds
 * @throws {JobberSyncError}
 */
export async function runTransaction<T>(
  pool: SqlPool,
  work: (run: Run, client: SqlClient) => Promise<T>,
  giveUpMs?: number,
): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transactOnce(pool, work, giveUpMs);
    } catch (error) {
      if (attempt < ATTEMPTS && isConflict(error)) continue;
      throw storeError(error);
    }
  }
}

async function transactOnce<T>(
  pool: SqlPool,
  work: (run: Run, client: SqlClient) => Promise<T>,
  giveUpMs: number | undefined,
): Promise<T> {
  const lent = lend(await pool.connect());
  const { client } = lent;
  const timer =
    giveUpMs === undefined ? undefined : setTimeout(() => lent.giveBack(new Error("timeout")), giveUpMs);
  try {
    await client.query("BEGIN");
    const result = await work(async (text, values) => parsed(await client.query(text, values)), client);
    await client.query("COMMIT");
    lent.giveBack();
    return result;
  } catch (error) {
    // Where even this fails the connection is in no known state, and nobody must get it again.
    if (!lent.isBack())
      await client.query("ROLLBACK").then(
        () => lent.giveBack(),
        (failure: Error) => lent.giveBack(failure),
      );
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** A connection is given back once, whoever comes first; and until then its breaking must not end the process. */
function lend(client: SqlClient) {
  let back = false;
  const ignore = () => {};
  client.on?.("error", ignore);
  return {
    client,
    isBack: () => back,
    giveBack(error?: Error) {
      if (back) return;
      back = true;
      client.release(error);
      client.removeListener?.("error", ignore);
    },
  };
}

function parsed<T>({ rows }: Awaited<ReturnType<SqlPool["query"]>>): readonly T[] {
  return rows.map(({ json }) => JSON.parse(String(json)) as T);
}
