import type { AccountConnection, Connection, TokenStore } from "@jobber-sync/core/ports";
import { jsonText } from "../database/json-text.ts";
import type { Schema } from "../database/quote-schema.ts";
import type { SqlPool } from "../database/sql-pool.ts";
import { instantSql, millisecondsSql } from "../database/times.ts";
import { runStatement } from "../database/transaction.ts";

/** Creates a token store on the table `jobber_connections`. Each write is one guarded statement. */
export function createTokenStore(pool: SqlPool, schema: Schema): TokenStore {
  const table = `${schema.quoted}.jobber_connections`;

  const readStatement = `
SELECT json_build_object(
  'tenant', tenant, 'accountId', account_id, 'state', state,
  'accessToken', access_token, 'refreshToken', refresh_token,
  'obtainedAt', ${millisecondsSql("obtained_at")}, 'expiresAt', ${millisecondsSql("expires_at")},
  'connectedAt', ${instantSql("connected_at")}, 'revision', revision
)::text AS json
FROM ${table} WHERE tenant = $1`;

  const given = `
SELECT "tenant", "accountId", state, "accessToken", "refreshToken", to_timestamp("obtainedAt" / 1000),
  to_timestamp("expiresAt" / 1000), "connectedAt", revision
FROM json_to_record($1::text::json) AS x(
  "tenant" text, "accountId" text, state text, "accessToken" text, "refreshToken" text, "obtainedAt" float8,
  "expiresAt" float8, "connectedAt" timestamptz, revision text)`;
  const columns =
    "tenant, account_id, state, access_token, refresh_token, obtained_at, expires_at, connected_at, revision";

  const insertStatement = `
INSERT INTO ${table} (${columns}) ${given} ON CONFLICT (tenant) DO NOTHING RETURNING 'true' AS json`;

  const replaceStatement = `
UPDATE ${table} SET (${columns}) = (${given})
WHERE tenant = $2 AND revision = $3 RETURNING 'true' AS json`;

  return {
    async read(tenant) {
      const [connection] = await runStatement<Connection>(pool, readStatement, [tenant]);
      return connection ?? null;
    },

    async write(connection, expected) {
      const row = jsonText(connection);
      const written =
        expected === null
          ? await runStatement(pool, insertStatement, [row])
          : await runStatement(pool, replaceStatement, [row, connection.tenant, expected]);
      return written.length === 1;
    },

    async remove(tenant) {
      await runStatement(pool, `DELETE FROM ${table} WHERE tenant = $1`, [tenant]);
    },

    tenants: () =>
      runStatement<string>(
        pool,
        `SELECT to_json(tenant)::text AS json FROM ${table} ORDER BY tenant`,
        [],
      ),

    byAccount: (accountId) =>
      runStatement<AccountConnection>(
        pool,
        `SELECT json_build_object('tenant', tenant, 'state', state)::text AS json FROM ${table}
WHERE rtrim(account_id, '=') = rtrim($1, '=') ORDER BY tenant`,
        [accountId],
      ),
  };
}
