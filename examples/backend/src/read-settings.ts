import { hkdfSync, randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { TokenKey } from "@jobber-sync/core";
import type { AppOptions, JobberSyncOptions, SyncTenant } from "jobber-sync";

/** Settings of an example, read from its environment. */
export interface Settings {
  /** `PORT`. 0 picks a free port. @default 3000 */
  readonly port: number;
  /** `HOST`. @default "127.0.0.1" */
  readonly host: string;
  /** `JOBBER_SYNC_DB`, the database file. @default ".data/jobber-sync.db" */
  readonly database: string;
  /** `JOBBER_TENANTS` names a JSON file with a list of `{ slug, secrets?, accountIds? }`. */
  readonly tenants: readonly SyncTenant[];
  /**
   * The Jobber app: `JOBBER_CLIENT_ID`, `JOBBER_CLIENT_SECRET`, `JOBBER_API_URL` and
   * `JOBBER_TOKEN_KEY`. Without it, deliveries of Jobber's own webhooks stay unresolved.
   */
  readonly app: AppOptions | undefined;
  /** Settings of push, for the demo. */
  readonly push?: JobberSyncOptions["push"];
}

const DEFAULT_DATABASE = ".data/jobber-sync.db";

/**
 * Reads the settings from environment variables. Without `JOBBER_TENANTS` there is one tenant,
 * `acme`. Without an app it has a random secret for this run: a default
 * secret in the source could be used by anyone to sign.
 *
 * @throws {Error} when a variable cannot be used; the message names the variable and never quotes
 * its value, which may hold a secret
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const database = env.JOBBER_SYNC_DB || DEFAULT_DATABASE;
  if (!env.JOBBER_SYNC_DB) mkdirSync(dirname(database), { recursive: true });
  const app = readApp(env);
  return {
    port: readPort(env.PORT),
    host: env.HOST || "127.0.0.1",
    database,
    tenants: env.JOBBER_TENANTS
      ? readTenants(env.JOBBER_TENANTS)
      : [app ? { slug: "acme" } : { slug: "acme", secrets: randomSecret() }],
    app,
  };
}

function randomSecret(): string {
  return randomBytes(32).toString("base64url");
}

function readApp(env: NodeJS.ProcessEnv): AppOptions | undefined {
  const {
    JOBBER_CLIENT_ID: clientId,
    JOBBER_CLIENT_SECRET: clientSecret,
    JOBBER_API_URL: endpoint,
  } = env;
  if (!clientId && !clientSecret) return undefined;
  if (!clientId || !clientSecret)
    throw new Error("JOBBER_CLIENT_ID and JOBBER_CLIENT_SECRET must be set together.");
  return {
    clientId,
    clientSecret,
    endpoint: endpoint || undefined,
    encryptionKeys: [
      env.JOBBER_TOKEN_KEY
        ? { id: "env", key: env.JOBBER_TOKEN_KEY }
        : { id: "derived", key: deriveTokenKey(clientSecret) },
    ],
  };
}

/**
 * Derives the key that encrypts stored tokens. A new client secret needs a new connection to
 * Jobber.
 */
function deriveTokenKey(clientSecret: string): TokenKey["key"] {
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

function readTenants(path: string): readonly SyncTenant[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path, "utf8"));
  } catch (error) {
    // The message of a JSON syntax error quotes the text, which contains secrets.
    const why = error instanceof SyntaxError ? "it is not JSON" : (error as Error).message;
    throw new Error(`JOBBER_TENANTS: ${path} cannot be read: ${why}.`);
  }
  if (!Array.isArray(content) || content.length === 0) {
    throw new Error(
      `JOBBER_TENANTS: ${path} must contain a JSON array of { "slug", "secrets"?, "accountIds"? } with at least one entry.`,
    );
  }
  // createJobberSync checks the entries and names the tenant that is wrong.
  return content;
}
