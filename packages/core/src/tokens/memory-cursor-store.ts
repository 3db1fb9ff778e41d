import type { CursorStore } from "./cursor-store.ts";

/**
 * Creates a cursor store in memory. The process's end loses all cursors, so the first reconcile
 * after a restart reads everything.
 */
export function createMemoryCursorStore(): CursorStore {
  const cursors = new Map<string, string>();
  const keyOf = (tenant: string, name: string): string => JSON.stringify([tenant, name]);
  return {
    async get(tenant, name) {
      return cursors.get(keyOf(tenant, name)) ?? null;
    },
    async set(tenant, name, value) {
      cursors.set(keyOf(tenant, name), value);
    },
    async clear(tenant) {
      for (const key of cursors.keys()) if (JSON.parse(key)[0] === tenant) cursors.delete(key);
    },
  };
}
