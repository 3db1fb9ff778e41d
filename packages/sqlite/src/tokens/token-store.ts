import type { Connection as JobberConnection, TokenStore } from "@jobber-sync/core";
import type { Connection } from "../database/connection.ts";
import type { GroupCommit } from "../database/group-commit.ts";
import { reading } from "../database/store-error.ts";

const COLUMNS = `client_slug AS clientSlug, account_id AS accountId, state, access_token AS accessToken,
  refresh_token AS refreshToken, obtained_at AS obtainedAt, expires_at AS expiresAt, connected_at AS connectedAt, revision`;
const READ = `SELECT ${COLUMNS} FROM jobber_connections WHERE client_slug = ?`;
const SEEN = "SELECT revision FROM jobber_connections WHERE client_slug = ?";
const WRITE = `INSERT OR REPLACE INTO jobber_connections (client_slug, account_id, state, access_token, refresh_token, obtained_at,
  expires_at, connected_at, revision) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`;

/** Connections in the table `jobber_connections`. */
export function createSqliteTokenStore(connection: Connection, group: GroupCommit): TokenStore {
  return {
    async read(clientSlug) {
      const row = reading(() => connection.get<JobberConnection>(READ, clientSlug));
      return row === undefined ? null : { ...row };
    },
    write: (row, expected) =>
      group.write((transaction) => {
        const seen = transaction.get<{ readonly revision: string }>(SEEN, row.clientSlug)?.revision ?? null;
        if (seen !== expected) return false;
        const { clientSlug, accountId, state, accessToken, refreshToken } = row;
        const { obtainedAt, expiresAt, connectedAt, revision } = row;
        const tokens = [accessToken, refreshToken] as const;
        const times = [obtainedAt, expiresAt, connectedAt] as const;
        transaction.run(WRITE, clientSlug, accountId, state, ...tokens, ...times, revision);
        return true;
      }),
    remove: (clientSlug) =>
      group.write((transaction) => {
        transaction.run("DELETE FROM jobber_connections WHERE client_slug = ?", clientSlug);
      }),
    async slugs() {
      const rows = reading(() =>
        connection.all<{ readonly slug: string }>(
          "SELECT client_slug AS slug FROM jobber_connections ORDER BY client_slug",
        ),
      );
      return rows.map(({ slug }) => slug);
    },
  };
}
