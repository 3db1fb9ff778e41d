import type { SqlClient, SqlPool } from "./sql-pool.ts";

/** A connection that was asked for and has not come. */
interface ConnectionRequest {
  /** Whoever waits for it now; `null`: nobody does any more. */
  waiter: { resolve(client: SqlClient): void; reject(error: unknown): void } | null;
}

/**
 * The same pool, but nobody waits for a connection longer than `timeoutMs`, whatever the pool itself allows. One that was waited for in vain
 * is still on its way: whoever asks next gets it. So a pool that gives none any more is not asked again and again, each time for one more.
 */
export function boundedPool(pool: SqlPool, timeoutMs: number): SqlPool {
  const late: ConnectionRequest[] = [];

  return {
    query: (text, values) => pool.query(text, values),
    connect() {
      return new Promise((resolve, reject) => {
        const request = late.pop() ?? ask();
        const timer = setTimeout(() => {
          request.waiter = null;
          late.push(request);
          reject(new Error(`timeout: the pool gave no connection within ${timeoutMs} ms`));
        }, timeoutMs);
        request.waiter = {
          resolve(client) {
            clearTimeout(timer);
            resolve(client);
          },
          reject(error) {
            clearTimeout(timer);
            reject(error);
          },
        };
      });
    },
  };

  function ask(): ConnectionRequest {
    const request: ConnectionRequest = { waiter: null };
    pool.connect().then(
      (client) => {
        forget(request);
        if (request.waiter === null) client.release();
        else request.waiter.resolve(client);
      },
      (error: unknown) => {
        forget(request);
        request.waiter?.reject(error);
      },
    );
    return request;
  }

  function forget(request: ConnectionRequest): void {
    const index = late.indexOf(request);
    if (index >= 0) late.splice(index, 1);
  }
}
