import { createPostgres, type Postgres } from "@jobber-sync/postgres";
import {
  cursorStoreContract,
  leaseContract,
  tokenStoreContract,
} from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

/** One part of a fresh schema, twice, as two processes would have it. */
async function openPart<P extends "tokens" | "lease" | "cursors">(part: P) {
  const first = await database.openEmptied();
  const { schema, queue } = first;
  const second = createPostgres({ pool: database.pool, boss: database.boss, schema, queue });
  const subject: Postgres[P] = first[part];
  const another: Postgres[P] = second[part];
  return { subject, another, close: () => {} };
}

tokenStoreContract({ describe, it, open: () => openPart("tokens") });
leaseContract({ describe, it, open: () => openPart("lease") });
cursorStoreContract({ describe, it, open: () => openPart("cursors") });
