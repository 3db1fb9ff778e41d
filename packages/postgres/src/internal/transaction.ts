import type { SqlClient, SqlPool } from "../sql-pool.ts";
import { isConflict, isFaultOfConnection, storeError } from "./store-error.ts";

const ATTEMPTS = 4;

/** What one statement gives back: the JSON text in its only column `json`, parsed. */
export type Run = <T>(text: string, values: unknown[]) => Promise<readonly T[]>;

/** Runs one statement. @throws {JobberSyncError} */
export function runStatement<T>(pool: SqlPool, text: string, values: unknown[]): Promise<readonly T[]> {
  return repeated(async () => parsed<T>(await pool.query(text, values)));
}

/**
 * Runs `work` in a transaction of its own; nothing of it stays when it throws. A transaction that lost against another one is run again.
 *
 * @param giveUpMs closes the connection when the statements take longer; whether they were committed is then not known. Milliseconds
 * @throws {JobberSyncError}
 */
export function runTransaction<T>(
  pool: SqlPool,
  work: (run: Run, client: SqlClient) => Promise<T>,
  giveUpMs?: number,
): Promise<T> {
  return repeated(() => transactOnce(pool, work, giveUpMs));
}

async function repeated<T>(attempt: () => Promise<T>): Promise<T> {
  for (let attempts = 1; ; attempts += 1) {
    try {
      return await attempt();
    } catch (error) {
      if (attempts < ATTEMPTS && isConflict(error)) continue;
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
    await undo(lent, error);
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function undo({ client, isBack, giveBack }: Lent, error: unknown): Promise<void> {
  if (isBack()) return;
  try {
    await client.query("ROLLBACK");
    giveBack(isFaultOfConnection(error) ? new Error("The connection is out of date.") : undefined);
  } catch (failure) {
    // The connection is in no known state, and nobody must get it again.
    giveBack(failure instanceof Error ? failure : new Error("ROLLBACK failed"));
  }
}

type Lent = ReturnType<typeof lend>;

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
