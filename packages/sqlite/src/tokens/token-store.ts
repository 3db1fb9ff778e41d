import type {
  AccountConnection,
  Connection as JobberConnection,
  TokenStore,
} from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { GroupCommit } from "../database/group-commit.ts";
import { reading } from "../database/store-error.ts";

const COLUMNS = `tenant AS tenant, account_id AS accountId, state, access_token AS accessToken,
  refresh_token AS refreshToken, obtained_at AS obtainedAt, expires_at AS expiresAt, connected_at AS connectedAt, revision`;
const READ = `SELECT ${COLUMNS} FROM jobber_connections WHERE tenant = ?`;
const REVISION = "SELECT revision FROM jobber_connections WHERE tenant = ?";
const WRITE = `INSERT OR REPLACE INTO jobber_connections (tenant, account_id, state, access_token, refresh_token, obtained_at,
  expires_at, connected_at, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

const BY_ACCOUNT = `SELECT tenant, state FROM jobber_connections
  WHERE rtrim(account_id, '=') = rtrim(?, '=') ORDER BY tenant`;

/** Creates the token store, in the table `jobber_connections`. */
export function createTokenStore(connection: Connection, group: GroupCommit): TokenStore {
  return {
    async read(tenant) {
      const row = reading(() => connection.get<JobberConnection>(READ, tenant));
      return row === undefined ? null : { ...row };
    },
    write: (row, expected) =>
      group.write((transaction) => {
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
      group.write((transaction) => {
        transaction.run("DELETE FROM jobber_connections WHERE tenant = ?", tenant);
      }),
    async tenants() {
      const rows = reading(() =>
        connection.all<{ readonly tenant: string }>(
          "SELECT tenant FROM jobber_connections ORDER BY tenant",
        ),
      );
      return rows.map(({ tenant }) => tenant);
    },
    async byAccount(accountId) {
      const rows = reading(() => connection.all<AccountConnection>(BY_ACCOUNT, accountId));
      return rows.map(({ tenant, state }) => ({ tenant, state }));
    },
  };
}
