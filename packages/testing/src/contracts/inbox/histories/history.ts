import type { DeliveryState } from "@jobber-sync/core";

/** The settlement of one row; `skip` leaves the row with its claim. */
export type HistoryResult =
  | { readonly state: "done" | "skip" | "unresolved" | "paused" | "quarantined" | "dead" }
  | {
      readonly state: "waiting";
      readonly delayMs: number;
      /** Whether the row waits for a further look instead of having failed. */
      readonly rechecks: boolean;
    };

/** A refresh, with its times relative to the clock. */
export interface HistoryRefresh {
  readonly inMs: number;
  readonly lastInMs: number;
  readonly accountId: string | null;
  readonly since: number | null;
  readonly occurredAt: number | null;
  readonly missingSince: number | null;
  readonly retries: number;
}

/**
 * One call of an inbox. Objects are numbers, and claims count back from the latest one, so that
 * steps can be left out.
 */
export type HistoryStep =
  | {
      readonly call: "accept";
      readonly object: number;
      readonly key: number;
      readonly state: "waiting" | "quarantined";
      readonly ageMs: number;
      readonly delayMs: number;
    }
  | {
      readonly call: "claim";
      readonly object: number;
      readonly leaseMs: number;
      readonly limit: number | undefined;
      readonly debounced: boolean;
    }
  | { readonly call: "extend"; readonly claim: number; readonly leaseMs: number }
  | {
      readonly call: "settle";
      readonly claim: number;
      /** Applied to the claim's rows in turn. */
      readonly results: readonly HistoryResult[];
      /** Refreshes to request, of objects by number. */
      readonly refreshes: readonly (readonly [object: number, request: HistoryRefresh])[];
    }
  | {
      readonly call: "replay" | "discard";
      readonly states: readonly DeliveryState[] | undefined;
      readonly limit: number | undefined;
    }
  | { readonly call: "refresh"; readonly object: number; readonly request: HistoryRefresh }
  | { readonly call: "resume" }
  | { readonly call: "due"; readonly debounced: boolean }
  /** Advances the clock, or sets it back. */
  | { readonly call: "wait"; readonly ms: number };

/** Calls of an inbox in their order, all by one tenant. */
export type InboxHistory = readonly HistoryStep[];
