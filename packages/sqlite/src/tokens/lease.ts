import type { Lease } from "@jobber-sync/core/ports";
import type { Database } from "../database/database.ts";

const HELD = "SELECT holder, until, ttl_ms AS ttlMs FROM jobber_leases WHERE name = ?";
const TAKE =
  "INSERT OR REPLACE INTO jobber_leases (name, holder, until, ttl_ms) VALUES (?, ?, ?, ?)";

interface Held {
  readonly holder: string;
  readonly until: number;
  readonly ttlMs: number;
}

/**
 * Creates the leases, in the table `jobber_leases`. They use the machine's clock, because every
 * process that shares the file runs on that machine.
 */
export function createLease(database: Database, now: () => number): Lease {
  return {
    acquire: (name, holder, ttlMs) =>
      database.write((transaction) => {
        const held = transaction.get<Held>(HELD, name);
        if (held !== undefined && held.holder !== holder && holds(held, now())) return false;
        transaction.run(TAKE, name, holder, now() + ttlMs, ttlMs);
        return true;
      }),
    release: (name, holder) =>
      database.write((transaction) => {
        transaction.run("DELETE FROM jobber_leases WHERE name = ? AND holder = ?", name, holder);
      }),
  };
}

/**
 * Returns whether a lease is in force. One that ends more than twice its length from now was taken
 * before the clock was set back and would otherwise last for as long as that. Twice, so that a
 * small correction of the clock, which is common, ends no lease that is in use.
 */
function holds({ until, ttlMs }: Held, now: number): boolean {
  return until > now && until <= now + 2 * ttlMs;
}
