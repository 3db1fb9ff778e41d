import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import type { Backend } from "./open-backend.ts";

/** The parts of a backend that an inbox and a store in memory have too. */
export type StoreAndInbox = Pick<Backend, "store" | "inbox" | "unfinished" | "close">;

/** Creates a store and an inbox in memory. */
export function openMemory(): StoreAndInbox {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const limit = Number.POSITIVE_INFINITY;
  return {
    store,
    inbox,
    unfinished: async () => (await inbox.list({ states: ["waiting", "claimed"], limit })).length,
    close: async () => {},
  };
}
