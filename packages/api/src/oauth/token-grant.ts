/** Tokens issued by Jobber's token endpoint. */
export interface TokenGrant {
  readonly accessToken: string;
  readonly refreshToken: string;
  /** Lifetime of the access token from now. Milliseconds. */
  readonly lifetimeMs: number;
  /** Jobber's clock when the tokens were issued. Milliseconds since 1970. */
  readonly serverTime: number;
}

// Jobber documents 60 minutes; used when the response has no usable expiry.
const DEFAULT_LIFETIME_MS = 3_600_000;
const MIN_LIFETIME_MS = 60_000;
const MAX_LIFETIME_MS = 24 * 3_600_000;

/**
 * Returns the lifetime of an access token in milliseconds, between one minute and one day. The
 * lifetime is computed on Jobber's clock: with a local clock one hour ahead every request would
 * refresh first. Jobber states it as `expires_in`, as the JWT's `exp`, or as `expires_at` in the
 * form `2024-04-09 21:04:31 UTC` (docs/jobber-facts.md#oauth); unusable values are ignored.
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
    typeof expires_in === "number" && Number.isFinite(expires_in) && expires_in > 0
      ? expires_in * 1000
      : end === null
        ? DEFAULT_LIFETIME_MS
        : end - serverTime;
  return Math.min(MAX_LIFETIME_MS, Math.max(MIN_LIFETIME_MS, lifetime));
}

/** Reads the expiry of an unverified JWT. No other claim is used. */
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
