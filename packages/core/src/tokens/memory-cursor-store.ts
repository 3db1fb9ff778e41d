import type { CursorStore } from "./cursor-store.ts";

/** Cursors that are forgotten when the process ends: every reconcile after a restart walks everything once. */
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
  };
}
