/** What the token endpoint gave. */
export interface TokenGrant {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** How long the access token lives from now. Milliseconds. */
  readonly lifetimeMs: number;
  /** Jobber's clock when it answered. Milliseconds since 1970. */
  readonly serverTime: number;
}

// "60 minutes" (F6), where the response does not say.
const DEFAULT_LIFETIME_MS = 3_600_000;
const MIN_LIFETIME_MS = 60_000;
const MAX_LIFETIME_MS = 24 * 3_600_000;

/**
 * How long a token lives, by Jobber's own clock: ours may be off by an hour, and would then refresh before every request. Jobber says it in
 * one of several ways (F6): `expires_in`, the JWT's `exp`, or `expires_at` as `2024-04-09 21:04:31 UTC`.
 */
export function tokenLifetime(
  body: {
    readonly access_token: string;
    readonly expires_in?: unknown;
    readonly expires_at?: unknown;
  },
  serverTime: number,
): number {
  const { expires_in, expires_at } = body;
  const end = jwtExpiry(body.access_token) ?? timeOf(expires_at);
  const lifetime =
    typeof expires_in === "number"
      ? expires_in * 1000
      : end === null
        ? DEFAULT_LIFETIME_MS
        : end - serverTime;
  return Math.min(MAX_LIFETIME_MS, Math.max(MIN_LIFETIME_MS, lifetime));
}

/** Read for its time only: nobody has verified this token, and nothing else in it is used. */
function jwtExpiry(token: string): number | null {
  try {
    const payload: unknown = JSON.parse(
      Buffer.from(token.split(".")[1] ?? "", "base64url").toString("utf8"),
    );
    const exp =
      typeof payload === "object" && payload !== null && "exp" in payload ? payload.exp : null;
    return typeof exp === "number" && Number.isFinite(exp) ? exp * 1000 : null;
  } catch {
    return null;
  }
}

function timeOf(text: unknown): number | null {
  const match =
    typeof text === "string"
      ? /^(\d{4}-\d\d-\d\d)[ T](\d\d:\d\d:\d\d) ?(?:UTC|Z)$/.exec(text)
      : null;
  const ms = match === null ? Number.NaN : Date.parse(`${match[1]}T${match[2]}Z`);
  return Number.isNaN(ms) ? null : ms;
}
