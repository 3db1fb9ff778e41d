import type {
  AccountConnection,
  Connection as JobberConnection,
  TokenStore,
} from "@jobber-sync/core/ports";
import type { Database } from "../database/database.ts";

const COLUMNS = `tenant AS tenant, account_id AS accountId, state, access_token AS accessToken,
  refresh_token AS refreshToken, obtained_at AS obtainedAt, expires_at AS expiresAt, connected_at AS connectedAt, revision`;
const READ = `SELECT ${COLUMNS} FROM jobber_connections WHERE tenant = ?`;
const REVISION = "SELECT revision FROM jobber_connections WHERE tenant = ?";
const WRITE = `INSERT OR REPLACE INTO jobber_connections (tenant, account_id, state, access_token, refresh_token, obtained_at,
  expires_at, connected_at, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const BY_ACCOUNT = `SELECT tenant, state FROM jobber_connections
  WHERE rtrim(account_id, '=') = rtrim(?, '=') ORDER BY tenant`;

/** Creates the token store, in the table `jobber_connections`. */
export function createTokenStore(database: Database): TokenStore {
  return {
    async read(tenant) {
      const row = database.read((connection) => connection.get<JobberConnection>(READ, tenant));
      return row === undefined ? null : { ...row };
    },
    write: (row, expected) =>
      database.write((transaction) => {
        const stored =
          transaction.get<{ readonly revision: string }>(REVISION, row.tenant)?.revision ?? null;
        if (stored !== expected) return false;
        const { tenant, accountId, state, accessToken, refreshToken } = row;
        const { obtainedAt, expiresAt, connectedAt, revision } = row;
        const tokens = [accessToken, refreshToken] as const;
        const times = [obtainedAt, expiresAt, connectedAt] as const;
        transaction.run(WRITE, tenant, accountId, state, ...tokens, ...times, revision);
        return true;
      }),
    remove: (tenant) =>
      database.write((transaction) => {
        transaction.run("DELETE FROM jobber_connections WHERE tenant = ?", tenant);
      }),
    async tenants() {
      const rows = database.read((connection) =>
        connection.all<{ readonly tenant: string }>(
          "SELECT tenant FROM jobber_connections ORDER BY tenant",
        ),
      );
      return rows.map(({ tenant }) => tenant);
    },
    async byAccount(accountId) {
      const rows = database.read((connection) =>
        connection.all<AccountConnection>(BY_ACCOUNT, accountId),
      );
      return rows.map(({ tenant, state }) => ({ tenant, state }));
    },
  };
}
