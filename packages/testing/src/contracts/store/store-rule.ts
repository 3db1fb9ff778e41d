import type { SyncReader } from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";

/** Registers a test with its own store without rows. */
export type StoreRule = (
  name: string,
  check: (store: SyncStore & SyncReader) => Promise<void>,
  timeoutMs?: number,
) => void;
