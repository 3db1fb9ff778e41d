import type { Connection, TokenStore } from "./token-store.ts";

/**
 * Creates a token store in memory, for tests and experiments. The process's end loses all
 * connections.
 */
export function createMemoryTokenStore(): TokenStore {
  const rows = new Map<string, Connection>();
  return {
    async read(tenant) {
      return rows.get(tenant) ?? null;
    },
    async write(connection, expected) {
      const { tenant } = connection;
      if ((rows.get(tenant)?.revision ?? null) !== expected) return false;
      rows.set(tenant, { ...connection });
      return true;
    },
    async remove(tenant) {
      rows.delete(tenant);
    },
    async tenants() {
      return [...rows.keys()].sort();
    },
    async byAccount(accountId) {
      const unpadded = (id: string): string => id.replace(/=+$/, "");
      return [...rows.values()]
        .filter((row) => unpadded(row.accountId) === unpadded(accountId))
        .map(({ tenant, state }) => ({ tenant, state }))
        .sort((a, b) => (a.tenant < b.tenant ? -1 : 1));
    },
  };
}
