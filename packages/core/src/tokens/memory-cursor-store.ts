import type { CursorStore } from "./cursor-store.ts";

/** Cursors that are forgotten when the process ends: every reconcile after a restart walks everything once. */
export function createMemoryCursorStore(): CursorStore {
  const cursors = new Map<string, string>();
  const keyOf = (clientSlug: string, name: string): string => JSON.stringify([clientSlug, name]);
  return {
    async get(clientSlug, name) {
      return cursors.get(keyOf(clientSlug, name)) ?? null;
    },
    async set(clientSlug, name, value) {
      cursors.set(keyOf(clientSlug, name), value);
    },
  };
}
