import type { AccountTables } from "./account.ts";
import type { ReadableTables } from "./read-view.ts";
import type { VersionedTable } from "./versioned-table.ts";

/** Returns the tables without the records whose ids are missing. */
export function visibleTables(tables: AccountTables, missing: ReadonlySet<string>): ReadableTables {
  const visible = <T extends { readonly id: string }>(table: VersionedTable<T>) => ({
    read: (id: string, at: number) => (missing.has(id) ? null : table.read(id, at)),
    list: (at: number) =>
      missing.size === 0 ? table.list(at) : table.list(at).filter(({ id }) => !missing.has(id)),
  });
  return {
    client: visible(tables.client),
    property: visible(tables.property),
    job: visible(tables.job),
    visit: visible(tables.visit),
  };
}
