import { MIGRATION_0001 } from "./0001-records-and-inbox.ts";
import { MIGRATION_0002 } from "./0002-connections.ts";

/** All migrations: number n is at index n − 1. One that was published is never changed; the next one is added. */
export const MIGRATIONS: readonly (readonly string[])[] = [MIGRATION_0001, MIGRATION_0002];
