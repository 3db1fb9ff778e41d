import type { SqlClient, SqlPool } from "./sql-pool.ts";
import { isConflict, isFaultOfConnection, storeError } from "./store-error.ts";

const ATTEMPTS = 4;

/** What one statement gives back: the JSON text in its only column `json`, parsed. */
export type Run = <T>(text: string, values: unknown[]) => Promise<readonly T[]>;

/** Runs one statement. @throws {JobberSyncError} */
export function runStatement<T>(
  pool: SqlPool,
  text: string,
  values: unknown[],
): Promise<readonly T[]> {
  return repeated(async () => parsed<T>(await pool.query(text, values)));
}

/** How a transaction is run. */
export interface TransactionOptions {
  /** Closes the connection when the statements take longer; whether they were committed is then not known. Milliseconds. */
  readonly giveUpMs?: number;
  /**
   * Sends `BEGIN` together with what follows where the connection can ({@link SqlClient.pipeline}). For work that does no harm in the one
   * case that `BEGIN` fails and the rest does not: its statements then stand each by itself, and the transaction is reported as failed.
   *
   * @default false
   */
  readonly eager?: boolean;
}

/**
 * Runs `work` in a transaction of its own; nothing of it stays when it throws. A transaction that lost against another one is run again.
 *
 * @throws {JobberSyncError}
 */
export function runTransaction<T>(
  pool: SqlPool,
  work: (run: Run, client: SqlClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  return repeated(() => transactOnce(pool, work, options));
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
  { giveUpMs, eager = false }: TransactionOptions,
): Promise<T> {
  const checkout = checkOut(await pool.connect());
  const done = transactOn(checkout, work, eager);
  return giveUpMs === undefined ? done : orGiveUp(done, checkout, giveUpMs);
}

async function transactOn<T>(
  checkout: Checkout,
  work: (run: Run, client: SqlClient) => Promise<T>,
  eager: boolean,
): Promise<T> {
  const { client } = checkout;
  try {
    const begun = client.query("BEGIN");
    if (eager) await inSeries(client, begun);
    else await begun;
    const result = await work(
      async (text, values) => parsed(await client.query(text, values)),
      client,
    );
    await begun;
    await client.query("COMMIT");
    checkout.release();
    return result;
  } catch (error) {
    await undo(checkout, error);
    throw error;
  }
}

/** Does not wait for the statements to fail: closing the connection need not end what was sent on it. */
async function orGiveUp<T>(done: Promise<T>, checkout: Checkout, giveUpMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`timeout: the transaction was not done within ${giveUpMs} ms`);
      checkout.release(error);
      reject(error);
    }, giveUpMs);
  });
  try {
    return await Promise.race([done, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** Resolves when the next statement may be sent: at once where the connection can carry several, else when this one was answered. */
export async function inSeries(client: SqlClient, statement: Promise<unknown>): Promise<void> {
  // Whoever needs the response waits for it as well.
  if (client.pipeline === true) statement.catch(() => {});
  else await statement;
}

async function undo({ client, isBack, release }: Checkout, error: unknown): Promise<void> {
  if (isBack()) return;
  try {
    await client.query("ROLLBACK");
    release(isFaultOfConnection(error) ? new Error("The connection is out of date.") : undefined);
  } catch (failure) {
    // The connection is in no known state, and nobody must get it again.
    release(failure instanceof Error ? failure : new Error("ROLLBACK failed"));
  }
}

type Checkout = ReturnType<typeof checkOut>;

/** A connection is given back once, whoever comes first; and until then its breaking must not end the process. */
function checkOut(client: SqlClient) {
  let back = false;
  const ignore = () => {};
  client.on?.("error", ignore);
  return {
    client,
    isBack: () => back,
    release(error?: Error) {
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
