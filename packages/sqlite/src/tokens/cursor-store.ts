import type { CursorStore } from "@jobber-sync/core/ports";
import type { Connection } from "../database/connection.ts";
import type { GroupCommit } from "../database/group-commit.ts";
import { reading } from "../database/store-error.ts";

/** Creates the cursor store, in the table `jobber_cursors`. */
export function createCursorStore(connection: Connection, group: GroupCommit): CursorStore {
  return {
    async get(tenant, name) {
      const sql = "SELECT value FROM jobber_cursors WHERE tenant = ? AND name = ?";
      return (
        reading(() => connection.get<{ readonly value: string }>(sql, tenant, name))?.value ?? null
      );
    },
    set: (tenant, name, value) =>
      group.write((transaction) => {
        transaction.run(
          "INSERT OR REPLACE INTO jobber_cursors (tenant, name, value) VALUES (?, ?, ?)",
          tenant,
          name,
          value,
        );
      }),
  };
}
