import { randomUUID } from "node:crypto";
import { JobberSyncError } from "@jobber-sync/core";
import type { ConnectionsOptions } from "./connection-state.ts";

/**
 * Runs `task` while this process holds the lease `name`. While another process holds it, `instead`
 * is called after each wait; its first non-null result is returned in place of the task's.
 *
 * @throws {JobberSyncError} `ERR_LEASE_TIMEOUT` when the lease stays taken for 20 s
 */
export type WithLease = <T>(
  name: string,
  task: () => Promise<T>,
  instead?: () => Promise<T | null>,
) => Promise<T>;

// Other processes wait this long for one that died. A live one extends its lease: a second refresh
// with the same refresh token would end the connection.
const LEASE_MS = 10_000;
const HEARTBEAT_MS = 3000;
const MAX_WAIT_MS = 20_000;
const POLL_MS = 50;

/** Creates {@link WithLease} for this process. */
export function createWithLease({
  lease,
  sleep,
  random,
}: Pick<ConnectionsOptions, "lease" | "sleep" | "random">): WithLease {
  const holder = randomUUID();

  return async (name, task, instead = async () => null) => {
    for (let waited = 0; ; ) {
      if (await lease.acquire(name, holder, LEASE_MS)) {
        const heartbeat = setInterval(() => {
          lease.acquire(name, holder, LEASE_MS).catch(() => {});
        }, HEARTBEAT_MS);
        try {
          return await task();
        } finally {
          clearInterval(heartbeat);
          // A lease that cannot be released expires.
          await lease.release(name, holder).catch(() => {});
        }
      }
      const pause = POLL_MS * (1 + random());
      await sleep(pause, undefined);
      waited += pause;
      const result = await instead();
      if (result !== null) return result;
      if (waited >= MAX_WAIT_MS) {
        throw new JobberSyncError(
          "ERR_LEASE_TIMEOUT",
          `Another process has held the lease "${name}" for ${MAX_WAIT_MS} ms.`,
        );
      }
    }
  };
}
