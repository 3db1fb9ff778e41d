import { createHash, randomBytes } from "node:crypto";

/** An OAuth flow that has started and not come back yet. */
export interface PendingConnection {
  readonly tenant: string;
  readonly state: string;
  readonly codeVerifier: string;
}

/**
 * The OAuth flows in progress, kept on the server so that the callback trusts nothing that the
 * browser sends.
 */
export interface PendingConnections {
  /**
   * Stores a flow. Returns the random secret that identifies it, for a cookie of the browser that
   * started it.
   */
  add(connection: PendingConnection): string;
  /**
   * Removes and returns the flow of a browser, so that each works once; `undefined` when there is
   * none or it expired.
   */
  take(browserSecret: string): PendingConnection | undefined;
}

const MAX_PENDING = 1000;

/** Creates an empty set of flows. It holds 1,000 and drops the oldest one first. */
export function createPendingConnections(
  lifetimeMs: number,
  now: () => number = Date.now,
): PendingConnections {
  // Keyed by hash: a lookup by the secret itself would compare it in variable time.
  const entries = new Map<string, PendingConnection & { readonly expiresAt: number }>();
  return {
    add(connection) {
      const browserSecret = randomBytes(32).toString("base64url");
      const [oldest] = entries.keys();
      if (entries.size >= MAX_PENDING && oldest !== undefined) entries.delete(oldest);
      entries.set(sha256(browserSecret), { ...connection, expiresAt: now() + lifetimeMs });
      return browserSecret;
    },
    take(browserSecret) {
      const key = sha256(browserSecret);
      const entry = entries.get(key);
      entries.delete(key);
      return entry !== undefined && entry.expiresAt > now() ? entry : undefined;
    },
  };
}

function sha256(text: string): string {
  return createHash("sha256").update(text).digest("hex");
}
