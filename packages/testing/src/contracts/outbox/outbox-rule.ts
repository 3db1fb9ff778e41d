import type { SyncReader } from "@jobber-sync/core";
import type { Inbox, Outbox, SyncStore } from "@jobber-sync/core/ports";

/** A clock that a rule sets. Milliseconds since 1970. */
export interface OutboxClock {
  now: number;
}

/** A fresh, empty outbox, with the inbox and the store that belong to it. */
export interface OpenOutbox {
  readonly outbox: Outbox;
  /** Shares the outbox's lanes. */
  readonly inbox: Inbox;
  readonly store: SyncStore & SyncReader;
  close(): Promise<void> | void;
}

/** Defines a test over a fresh outbox. */
export type OutboxRule = (
  name: string,
  body: (opened: OpenOutbox, clock: OutboxClock) => Promise<void>,
) => void;
