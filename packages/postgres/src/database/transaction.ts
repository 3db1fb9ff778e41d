import type { SessionPool, SqlClient, SqlPool, SqlResult } from "./sql-pool.ts";
import { isConflict, isConnectionFault, storeError } from "./store-error.ts";

const ATTEMPTS = 4;

/**
 * Begins a transaction whatever the default isolation level is: the statements rely on READ
 * COMMITTED.
 */
export const BEGIN = "BEGIN ISOLATION LEVEL READ COMMITTED";

/** Runs one statement and returns the parsed JSON of its only column, `json`. */
export type Run = <T>(text: string, values: unknown[]) => Promise<readonly T[]>;

/** Runs one statement outside a transaction block. @throws {JobberSyncError} */
export function runStatement<T>(
  pool: SqlPool,
  text: string,
  values: unknown[],
): Promise<readonly T[]> {
  return repeated(async () => parsed<T>(await pool.query(text, values)));
}

/** Options for {@link runTransaction}. */
export interface TransactionOptions {
  /**
   * Limit after which the connection is closed. The outcome of the transaction is then unknown.
   * Milliseconds.
   */
  readonly giveUpMs?: number;
  /**
   * Sends `BEGIN` together with the following statements if the connection supports it
   * ({@link SqlClient.pipeline}). If only `BEGIN` fails, the other statements commit individually
   * while the transaction is reported as failed, so use it only where that does no harm.
   *
   * @default false
   */
  readonly eager?: boolean;
}

/**
 * Runs `work` in a transaction and rolls it back if `work` throws. After a serialization failure or
 * a deadlock, runs it again, up to 4 times in total.
 *
 * @throws {JobberSyncError}
 */
export function runTransaction<T>(
  pool: SessionPool,
  work: (run: Run, client: SqlClient) => Promise<T>,
  options: TransactionOptions = {},
): Promise<T> {
  return repeated(() => transactOnce(pool, work, options));
}

/**
 * Runs one statement in a transaction of its own, in one round trip if the connection can pipeline.
 */
export async function transactStatement(
  pool: Pick<SessionPool, "connect"> & { readonly begin: string },
  text: string,
  values?: unknown[],
): Promise<SqlResult> {
  const checkout = checkOut(await pool.connect());
  const { client } = checkout;
  try {
    const begun = client.query(pool.begin);
    await inSeries(client, begun);
    const result = client.query(text, values);
    await inSeries(client, result);
    // After an error the server turns COMMIT into ROLLBACK.
    const [, response] = await Promise.all([begun, result, client.query("COMMIT")]);
    checkout.release();
    return response;
  } catch (error) {
    await undo(checkout, error);
    throw error;
  }
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
  pool: SessionPool,
  work: (run: Run, client: SqlClient) => Promise<T>,
  { giveUpMs, eager = false }: TransactionOptions,
): Promise<T> {
  const checkout = checkOut(await pool.connect());
  const done = transactOn(checkout, work, { begin: pool.begin ?? BEGIN, eager });
  return giveUpMs === undefined ? done : orGiveUp(done, checkout, giveUpMs);
}

async function transactOn<T>(
  checkout: Checkout,
  work: (run: Run, client: SqlClient) => Promise<T>,
  { begin, eager }: { readonly begin: string; readonly eager: boolean },
): Promise<T> {
  const { client } = checkout;
  try {
    const begun = client.query(begin);
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

/**
 * Rejects at the limit without waiting for the statements: closing a connection need not settle
 * them.
 */
async function orGiveUp<T>(done: Promise<T>, checkout: Checkout, giveUpMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      const error = new Error(`timeout: the transaction did not finish within ${giveUpMs} ms`);
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

/**
 * Resolves once the next statement may be sent: immediately on a pipelining connection, otherwise
 * after this one.
 */
export async function inSeries(client: SqlClient, statement: Promise<unknown>): Promise<void> {
  // The caller awaits the statement itself and handles its rejection.
  if (client.pipeline === true) statement.catch(() => {});
  else await statement;
}

async function undo({ client, isBack, release }: Checkout, error: unknown): Promise<void> {
  if (isBack()) return;
  try {
    await client.query("ROLLBACK");
    release(
      isConnectionFault(error)
        ? new Error("The connection leads to a standby or has an outdated plan.")
        : undefined,
    );
  } catch (failure) {
    // The state of the connection is unknown, so it must not be reused.
    release(failure instanceof Error ? failure : new Error("ROLLBACK failed"));
  }
}

type Checkout = ReturnType<typeof checkOut>;

/**
 * Guards a connection: it is released only once, and an `error` event before that does not end the
 * process.
 */
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
