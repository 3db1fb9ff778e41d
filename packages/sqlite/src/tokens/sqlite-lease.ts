import type { Lease } from "@jobber-sync/core";
import type { GroupCommit } from "../connection/group-commit.ts";

const HELD = "SELECT holder, until FROM jobber_leases WHERE name = ?";
const TAKE = "INSERT OR REPLACE INTO jobber_leases (name, holder, until) VALUES (?, ?, ?)";

interface Held {
  readonly holder: string;
  readonly until: number;
}

/** Leases in the table `jobber_leases`, by the clock of the machine: all that share the file are on it. */
export function createSqliteLease(group: GroupCommit, now: () => number): Lease {
  return {
    acquire: (name, holder, ttlMs) =>
      group.write((transaction) => {
        const held = transaction.get<Held>(HELD, name);
        if (held !== undefined && held.holder !== holder && held.until > now()) return false;
        transaction.run(TAKE, name, holder, now() + ttlMs);
        return true;
      }),
    release: (name, holder) =>
      group.write((transaction) => {
        transaction.run("DELETE FROM jobber_leases WHERE name = ? AND holder = ?", name, holder);
      }),
  };
}
