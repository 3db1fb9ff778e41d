import { MIGRATION_0001 } from "./0001-records.ts";
import { MIGRATION_0002 } from "./0002-inbox.ts";
import { MIGRATION_0003 } from "./0003-connections.ts";
import { MIGRATION_0004 } from "./0004-changes.ts";
import { MIGRATION_0005 } from "./0005-outbox.ts";
import { createdTables, protectTables } from "./protect-tables.ts";

/** All migrations: version n is at index n − 1. Never change a published one; append the next. */
export const MIGRATIONS: readonly (readonly string[])[] = [
  MIGRATION_0001,
  MIGRATION_0002,
  MIGRATION_0003,
  MIGRATION_0004,
  MIGRATION_0005,
].map((statements) => [...statements, ...protectTables(statements)]);

/** The tables that the migrations create, `jobber_migrations` included. */
export const TABLES: readonly string[] = createdTables(MIGRATIONS.flat());
