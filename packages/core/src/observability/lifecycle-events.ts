import type { ErrorCode, JobberSyncError } from "../errors.ts";
import type { EventWarning } from "../events/jobber-event.ts";
import type { ObjectType } from "../events/topics.ts";
import type { Dispatch, Hooks } from "./dispatcher.ts";

/** What is said of a delivery. Ids and words only: never a body, a secret, a name, a phone number, an e-mail or an address. */
export interface DeliveryFacts {
  readonly tenant: string;
  readonly objectType: ObjectType;
  readonly objectId: string;
  /** The topic of a notification, the event of a snapshot, `null` for a body that is no event. */
  readonly topic: string | null;
  /** The inbox row; `null` without an inbox. */
  readonly sequence: number | null;
}

/** Something about a delivery that a person should hear of, although it was processed. Holds no value from the body. */
export type DeliveryWarning =
  | EventWarning
  /** Jobber has a job status that this release does not know: the record keeps it as it came, and no status of ours. */
  | { readonly code: "unknown_status"; readonly path: string };

/** Everything that can be listened to, by name. Durations are in milliseconds. */
export interface LifecycleEvents {
  /** Durable, or processed in inline mode; answered 200. */
  readonly accepted: DeliveryFacts & { readonly durationMs: number };
  /** Accepted while work already waited for the object. */
  readonly coalesced: DeliveryFacts & { readonly durationMs: number };
  /** Accepted, and its key was seen before. */
  readonly duplicate: DeliveryFacts & { readonly durationMs: number };
  /** Signed but not an event of this tenant; kept for replay. */
  readonly quarantined: DeliveryFacts & { readonly code: ErrorCode; readonly durationMs: number };
  /** There is nothing to do: not acted on when it came (answered 200, not stored), or found so by the worker. */
  readonly ignored: DeliveryFacts & { readonly reason: string; readonly durationMs: number };
  /** Answered with an error. `tenant` is as the request named it, not known to exist. */
  readonly rejected: {
    readonly code: ErrorCode;
    readonly status: number;
    readonly tenant: string | null;
    readonly durationMs: number;
  };
  /** Committed, and the `on` handlers have run. */
  readonly processed: DeliveryFacts & { readonly durationMs: number };
  /** Processed, and every record it named was newer already. */
  readonly stale: DeliveryFacts & { readonly durationMs: number };
  /** Failed and will be tried again at `dueAt` (milliseconds since 1970). */
  readonly retried: DeliveryFacts & {
    readonly code: ErrorCode;
    /** What failed. What your own code threw is in `error.cause`. */
    readonly error: JobberSyncError;
    readonly dueAt: number;
    readonly durationMs: number;
  };
  /** Given up, or put aside until somebody acts: see `state`. */
  readonly dead: DeliveryFacts & {
    readonly code: ErrorCode;
    /** What failed. What your own code threw is in `error.cause`. */
    readonly error: JobberSyncError;
    readonly state: "dead" | "paused" | "unresolved" | "quarantined";
    readonly durationMs: number;
  };
  /** Told beside `processed` or `stale`. */
  readonly warning: DeliveryFacts & { readonly warning: DeliveryWarning };
}

/** The names in {@link LifecycleEvents}; each is also the diagnostics channel `jobber-sync:<name>`. */
export type LifecycleName = keyof LifecycleEvents;

/**
 * Hooks for {@link LifecycleEvents}, called synchronously and never awaited: keep them short. A hook
 * that throws or rejects is logged with its error; the delivery is not affected.
 */
export type LifecycleHooks = Hooks<LifecycleEvents>;

/** Publishes a lifecycle event to the hooks and the diagnostics channel. */
export type Emit = Dispatch<LifecycleEvents>;

/** All of them: for who wants to hear everything. */
export const LIFECYCLE_NAMES = [
  "accepted",
  "coalesced",
  "duplicate",
  "quarantined",
  "ignored",
  "rejected",
  "processed",
  "stale",
  "retried",
  "dead",
  "warning",
] as const satisfies readonly LifecycleName[];
