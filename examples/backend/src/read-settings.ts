import { randomBytes } from "node:crypto";
import { mkdirSync, readFileSync } from "node:fs";
import { dirname } from "node:path";
import type { Tenant } from "@jobber-sync/core";

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
}

const DEFAULT_DATABASE = ".data/jobber-sync.db";

/**
 * Reads the settings. Without `JOBBER_TENANTS` there is one tenant, `acme`, whose secret is made up for this run: enough to try things out,
 * and no well-known secret that anybody could sign with.
 *
 * @throws {Error} naming the variable that cannot be used, never its content
 */
export function readSettings(env: NodeJS.ProcessEnv): Settings {
  const database = env.JOBBER_SYNC_DB || DEFAULT_DATABASE;
  if (!env.JOBBER_SYNC_DB) mkdirSync(dirname(database), { recursive: true });
  return {
    port: readPort(env.PORT),
    host: env.HOST || "127.0.0.1",
    database,
    tenants: env.JOBBER_TENANTS
      ? readTenants(env.JOBBER_TENANTS)
      : [{ slug: "acme", secrets: randomBytes(32).toString("base64url") }],
  };
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
