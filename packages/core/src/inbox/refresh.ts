import type { ObjectRef } from "./delivery.ts";

/**
 * A request to read an object again. Of one object there is one refresh: requests are merged, see
 * `transitions.mergedRefresh`. The times after `lastAt` belong to second looks, which the worker
 * requests; leave them out.
 */
export interface RefreshRequest {
  /** When to read the object. Milliseconds since 1970. */
  readonly dueAt: number;
  /**
   * A read at this time or later ends the refresh; after an earlier one it is due again then.
   * Milliseconds since 1970.
   *
   * @default dueAt
   */
  readonly lastAt?: number | undefined;
  /**
   * The account that the object belongs to. Without it, an object that is not found is never taken
   * for deleted.
   */
  readonly accountId?: string | null | undefined;
  /** The first look, from which the next ones are counted. Milliseconds since 1970. */
  readonly since?: number | null | undefined;
  /** The change that a look has to show, by Jobber's clock. Milliseconds since 1970. */
  readonly occurredAt?: number | null | undefined;
  /** The first look that did not find the object. Milliseconds since 1970. */
  readonly missingSince?: number | null | undefined;
  /** Failed reads. @default 0 */
  readonly retries?: number | undefined;
}

/** A refresh of a named object. */
export interface ObjectRefresh extends ObjectRef, RefreshRequest {}

/** An object's refresh as stored. Times are milliseconds since 1970. */
export interface RefreshState {
  readonly dueAt: number;
  /** Delay from the request until the refresh is due. Milliseconds. */
  readonly delayMs: number;
  readonly lastAt: number;
  readonly accountId: string | null;
  readonly since: number | null;
  readonly occurredAt: number | null;
  readonly missingSince: number | null;
  readonly retries: number;
  /** Different after every change, so that a settlement removes only what its claim has read. */
  readonly revision: number;
}

/** A refresh that a run has claimed. */
export type ClaimedRefresh = Omit<RefreshState, "delayMs">;
