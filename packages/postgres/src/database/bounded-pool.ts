import type { SessionPool, SqlClient } from "./sql-pool.ts";

/** A `connect()` call on the underlying pool that has not settled yet. */
interface ConnectionRequest {
  /** The caller that waits for the connection; `null` after its time limit. */
  waiter: { resolve(client: SqlClient): void; reject(error: unknown): void } | null;
}

/**
 * Wraps a pool so that `connect()` rejects after `timeoutMs`, whatever limit the pool has. A
 * request that timed out stays pending, and the next caller takes it over. A pool that hangs
 * therefore accumulates as many requests as there are concurrent callers, not one per attempt.
 */
export function boundedPool(pool: SessionPool, timeoutMs: number): SessionPool {
  const abandoned: ConnectionRequest[] = [];

  return {
    ...(pool.begin !== undefined && { begin: pool.begin }),
    query: (text, values) => pool.query(text, values),
    connect() {
      return new Promise((resolve, reject) => {
        const request = abandoned.pop() ?? requestConnection();
        const timer = setTimeout(() => {
          request.waiter = null;
          abandoned.push(request);
          reject(new Error(`timeout: the pool returned no connection within ${timeoutMs} ms`));
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

  function requestConnection(): ConnectionRequest {
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
    const index = abandoned.indexOf(request);
    if (index >= 0) abandoned.splice(index, 1);
  }
}
