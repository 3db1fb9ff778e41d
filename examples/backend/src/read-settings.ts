import { hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Tenant, TokenKey } from "@jobber-sync/core";

/** What an example is told by its environment. */
export interface Settings {
  /** `PORT`; 0 takes any free one. @default 3000 */
  readonly port: number;
  /** `HOST`. @default "127.0.0.1" */
  readonly host: string;
  /** `JOBBER_SYNC_DB`, the database file. @default ".data/jobber-sync.db" */
  readonly database: string;
  /** `JOBBER_TENANTS` names a JSON file with a list of `{ slug, secrets, accountIds? }`. */
  readonly tenants: readonly Tenant[];
  /** The connection to Jobber's API; `null` without `JOBBER_CLIENT_ID`: Jobber's own webhooks are then kept unresolved. */
  readonly api: ApiSettings | null;
}

/** The Jobber app, as its page in Jobber's Developer Center shows it. */
export interface ApiSettings {
  /** `JOBBER_CLIENT_ID` */
  readonly clientId: string;
  /** `JOBBER_CLIENT_SECRET`. Webhooks are signed with it too. */
  readonly clientSecret: string;
  /** `JOBBER_API_URL`, another GraphQL endpoint than Jobber's: https, or on this machine. */
  readonly endpoint?: string | undefined;
  /** What tokens are encrypted with at rest: `JOBBER_TOKEN_KEY`, 32 bytes as base64. @default a key derived from the client secret */
  readonly tokenKey: TokenKey;
}

const DEFAULT_DATABASE = ".data/jobber-sync.db";

/**
 * Reads the settings. Without `JOBBER_TENANTS` there is one tenant, `acme`, with the app's client secret, or one that is made up for this
 * run: enough to try things out, and no well-known secret that anybody could sign with.
 *
 * @throws {Error} naming the variable that cannot be used, never its content
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const database = env.JOBBER_SYNC_DB || DEFAULT_DATABASE;
  if (!env.JOBBER_SYNC_DB) mkdirSync(dirname(database), { recursive: true });
  const api = readApi(env);
  return {
    port: readPort(env.PORT),
    host: env.HOST || "127.0.0.1",
    database,
    tenants: env.JOBBER_TENANTS
      ? readTenants(env.JOBBER_TENANTS)
      : [{ slug: "acme", secrets: api?.clientSecret ?? randomBytes(32).toString("base64url") }],
    api,
  };
}

function readApi(env: NodeJS.ProcessEnv): ApiSettings | null {
  const {
    JOBBER_CLIENT_ID: clientId,
    JOBBER_CLIENT_SECRET: clientSecret,
    JOBBER_API_URL: endpoint,
  } = env;
  if (!clientId && !clientSecret) return null;
  if (!clientId || !clientSecret)
    throw new Error("JOBBER_CLIENT_ID and JOBBER_CLIENT_SECRET go together.");
  return {
    clientId,
    clientSecret,
    endpoint: endpoint || undefined,
    tokenKey: env.JOBBER_TOKEN_KEY
      ? { id: "env", key: env.JOBBER_TOKEN_KEY }
      : { id: "derived", key: deriveTokenKey(clientSecret) },
  };
}

/** Good for as long as the tokens are: when the client secret is rolled, Jobber's tokens die with it (F6). */
function deriveTokenKey(clientSecret: string): Uint8Array {
  return new Uint8Array(
    hkdfSync("sha256", clientSecret, "", "jobber-sync example: tokens at rest", 32),
  );
}

function readPort(text: string | undefined): number {
  if (!text) return 3000;
  const port = Number(text);
  if (/^\d+$/.test(text) && port <= 65_535) return port;
  throw new Error(`PORT must be a number from 0 to 65535, not "${text}".`);
}

function readTenants(path: string): readonly Tenant[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    // A syntax error of JSON.parse quotes the text, and the text holds secrets.
    const why = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    throw new Error(`JOBBER_TENANTS: ${path} cannot be read: ${why}.`);
  }
  if (!Array.isArray(content) || content.length === 0) {
    throw new Error(
      `JOBBER_TENANTS: ${path} must hold a JSON list of { "slug", "secrets", "accountIds"? } with at least one entry.`,
    );
  }
  // What is in the entries is checked by createReceiver, which says what is wrong with which tenant.
  return content;
}
