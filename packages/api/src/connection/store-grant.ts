import { randomUUID } from "node:crypto";
import { isJobberSyncError, JobberSyncError } from "@jobber-sync/core";
import type { Connection } from "@jobber-sync/core/ports";
import type { TokenGrant } from "../oauth/token-grant.ts";
import type { ConnectionsOptions } from "./connection-state.ts";

const STORE_TRIES = 5;
const STORE_PAUSE_MS = 200;

/**
 * Creates the function that stores refreshed tokens before they are used: a pair that exists only
 * in memory is lost with the process, and the old refresh token is already dead.
 *
 * @returns a function from the refreshed connection and its new tokens to the row that is stored
 */
export function createStoreGrant(
  options: Pick<ConnectionsOptions, "tokens" | "now" | "sleep" | "emit">,
): (from: Connection, grant: TokenGrant) => Promise<Connection | null> {
  const { tokens, now, sleep, emit } = options;

  return async (from, grant) => {
    const { tenant } = from;
    let expected = from;
    let recovered = false;
    for (let tries = 1; ; tries++) {
      try {
        const fresh: Connection = {
          ...from,
          state: "connected",
          accessToken: grant.accessToken,
          refreshToken: grant.refreshToken,
          obtainedAt: now(),
          expiresAt: now() + grant.lifetimeMs,
          revision: randomUUID(),
        };
        const written = await tokens.write(fresh, expected.revision);
        const stored = written ? fresh : await tokens.read(tenant);
        // A process whose lease had expired marked the tenant meanwhile; this pair is the newer
        // one.
        const marked =
          stored?.state === "needs_reauth" && stored.refreshToken === from.refreshToken;
        if (!marked) {
          if (written) emit("refreshed", { tenant });
          if (written && recovered) emit("connected", { tenant });
          return stored;
        }
        expected = stored;
        recovered = true;
      } catch (error) {
        if (tries >= STORE_TRIES || (isJobberSyncError(error) && !error.retryable)) {
          throw storeFailed(error);
        }
        await sleep(STORE_PAUSE_MS * tries, undefined);
      }
    }
  };
}

function storeFailed(error: unknown): JobberSyncError {
  return isJobberSyncError(error)
    ? error
    : new JobberSyncError(
        "ERR_STORE",
        "The refreshed tokens could not be stored. They stay in memory until the next attempt.",
        { cause: error },
      );
}
