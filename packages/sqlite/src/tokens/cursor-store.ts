import type { CursorStore } from "@jobber-sync/core/ports";
import type { Database } from "../database/database.ts";

/** Creates the cursor store, in the table `jobber_cursors`. */
export function createCursorStore(database: Database): CursorStore {
  return {
    async get(tenant, name) {
      const sql = "SELECT value FROM jobber_cursors WHERE tenant = ? AND name = ?";
      return (
        database.read((connection) => connection.get<{ readonly value: string }>(sql, tenant, name))
          ?.value ?? null
      );
    },
    set: (tenant, name, value) =>
      database.write((transaction) => {
        transaction.run(
          "INSERT OR REPLACE INTO jobber_cursors (tenant, name, value) VALUES (?, ?, ?)",
          tenant,
          name,
          value,
        );
      }),
    clear: (tenant) =>
      database.write((transaction) => {
        transaction.run("DELETE FROM jobber_cursors WHERE tenant = ?", tenant);
      }),
  };
}
