import { MIGRATION_0001 } from "./0001-records.ts";
import { MIGRATION_0002 } from "./0002-inbox.ts";
import { MIGRATION_0003 } from "./0003-connections.ts";
import { MIGRATION_0004 } from "./0004-changes.ts";
import { MIGRATION_0005 } from "./0005-outbox.ts";

/**
 * All migrations in order; number n is at index n − 1. A published migration never changes; append
 * a new one.
 */
export const MIGRATIONS: readonly string[] = [
  MIGRATION_0001,
  MIGRATION_0002,
  MIGRATION_0003,
  MIGRATION_0004,
  MIGRATION_0005,
];
