import type { Lease } from "@jobber-sync/core/ports";
import type { GroupCommit } from "../database/group-commit.ts";

const HELD = "SELECT holder, until, ttl_ms AS ttlMs FROM jobber_leases WHERE name = ?";
const TAKE =
  "INSERT OR REPLACE INTO jobber_leases (name, holder, until, ttl_ms) VALUES (?, ?, ?, ?)";

interface Held {
  readonly holder: string;
  readonly until: number;
  readonly ttlMs: number;
}

/** Leases in the table `jobber_leases`, by the clock of the machine: all that share the file are on it. */
export function createSqliteLease(group: GroupCommit, now: () => number): Lease {
  return {
    acquire: (name, holder, ttlMs) =>
      group.write((transaction) => {
        const held = transaction.get<Held>(HELD, name);
        if (held !== undefined && held.holder !== holder && holds(held, now())) return false;
        transaction.run(TAKE, name, holder, now() + ttlMs, ttlMs);
        return true;
      }),
    release: (name, holder) =>
      group.write((transaction) => {
        transaction.run("DELETE FROM jobber_leases WHERE name = ? AND holder = ?", name, holder);
      }),
  };
}

/**
 * One that ends further away than twice its length was taken before the clock was set back: it would hold for as long as that. Twice, so that
 * a step of the clock, which is common, takes it from nobody who still has it.
 */
function holds({ until, ttlMs }: Held, now: number): boolean {
  return until > now && until <= now + 2 * ttlMs;
}
