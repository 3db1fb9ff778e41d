import type { Inbox, SyncStore } from "@jobber-sync/core/ports";

/** A fresh, empty inbox and the store it shares its sequence with. */
export interface OpenInbox {
  readonly inbox: Inbox;
  readonly store: Pick<SyncStore, "nextSequence">;
  /** The same inbox as seen by another process. Absent for inboxes that live in one process. */
  readonly another?: { readonly inbox: Inbox };
  close(): Promise<void> | void;
}

/** Defines a test over a fresh inbox. */
export type Rule = (name: string, body: (opened: OpenInbox) => Promise<void>) => void;
