import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";

/** Tokens that bind a form to the operator who was shown it. */
export interface CsrfTokens {
  create(user: string): string;
  accepts(token: string, user: string): boolean;
}

const LIFETIME_MS = 2 * 3_600_000;

/**
 * Creates tokens that expire after two hours. The key lives in this process: after a restart, and
 * on another machine, a page has to be opened again before its forms work.
 */
export function createCsrfTokens(now: () => number): CsrfTokens {
  const key = randomBytes(32);
  const sign = (expiresAt: string, user: string) =>
    createHmac("sha256", key).update(`${expiresAt} ${user}`).digest("base64url");
  return {
    create(user) {
      const expiresAt = String(now() + LIFETIME_MS);
      return `${expiresAt}.${sign(expiresAt, user)}`;
    },
    accepts(token, user) {
      const [expiresAt = "", signature = ""] = token.split(".");
      if (!(Number(expiresAt) > now())) return false;
      const expected = Buffer.from(sign(expiresAt, user));
      const given = Buffer.from(signature);
      return given.length === expected.length && timingSafeEqual(given, expected);
    },
  };
}
