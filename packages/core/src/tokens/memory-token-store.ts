import type { Connection, TokenStore } from "./token-store.ts";

/** A token store that forgets everything when the process ends: for tests and for trying things out. */
export function createMemoryTokenStore(): TokenStore {
  const rows = new Map<string, Connection>();
  return {
    async read(clientSlug) {
      return rows.get(clientSlug) ?? null;
    },
    async write(connection, expected) {
      const { clientSlug } = connection;
      if ((rows.get(clientSlug)?.revision ?? null) !== expected) return false;
      rows.set(clientSlug, { ...connection });
      return true;
    },
    async remove(clientSlug) {
      rows.delete(clientSlug);
    },
    async slugs() {
      return [...rows.keys()].sort();
    },
  };
}
