import type { SyncReader } from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";

/** Registers a test that gets a store of its own, without any rows. */
export type StoreRule = (
  name: string,
  check: (store: SyncStore & SyncReader) => Promise<void>,
  timeoutMs?: number,
) => void;
