import type { SyncReader } from "@jobber-sync/core";
import type { ChangeFeed, SyncStore } from "@jobber-sync/core/ports";

/** A store without rows and its feed, which is not enabled yet. */
export interface OpenFeed {
  readonly store: SyncStore & SyncReader;
  readonly changes: ChangeFeed;
  close(): Promise<void> | void;
}

/** A clock that rules set. Milliseconds since 1970. */
export interface FeedClock {
  now: number;
}

/** Registers a test with its own store and an enabled feed. */
export type FeedRule = (
  name: string,
  check: (opened: OpenFeed, clock: FeedClock) => Promise<void>,
) => void;
