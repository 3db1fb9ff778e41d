import type { ErrorCode, JobberSyncError } from "../errors.ts";
import type { EventWarning } from "../events/jobber-event.ts";
import type { ObjectType } from "../events/topics.ts";
import type { ChangeCause } from "../records/change-cause.ts";
import type { Dispatch, Hooks } from "./dispatcher.ts";

/**
 * Identity of a delivery in hooks and logs. Ids and words only: never a body, a secret, or the
 * name, phone number, e-mail or address of a customer.
 */
export interface DeliveryFacts {
  readonly tenant: string;
  readonly objectType: ObjectType;
  readonly objectId: string;
  /**
   * The topic of a notification, the event of a snapshot, `null` for a body that is not an event.
   */
  readonly topic: string | null;
  /** Number of the inbox row; `null` without an inbox. */
  readonly sequence: number | null;
}

/** Identity of a change in hooks and logs. Ids and words only, as in {@link DeliveryFacts}. */
export interface ChangeFacts {
  readonly tenant: string;
  readonly objectType: "job" | "client";
  readonly objectId: string;
  /** Number of the change. */
  readonly sequence: number;
  readonly cause: ChangeCause;
}

/** A problem in a delivery that was processed nevertheless. Contains no value from the body. */
export type DeliveryWarning =
  | EventWarning
  /**
   * The job's status is unknown to this release: stored as `jobberStatus`, while `status` is
   * `null`.
   */
  | { readonly code: "unknown_status"; readonly path: string };

/**
 * Reason why a request was not authenticated, as far as it can be known without trying other keys.
 */
export type RejectionCause =
  | "header_missing"
  | "header_doubled"
  | "header_form"
  | "header_hex"
  | "signature_mismatch"
  | "tenant_unknown";

interface Timed {
  /** Milliseconds from the request's headers, or from the start of the run. */
  readonly durationMs: number;
}

interface Verified {
  /** The secret that the signature matched: its name, or its index if it has none. */
  readonly secret: string | number;
}

/** The events of receiver and worker, by name. */
export interface LifecycleEvents {
  /** A delivery is durable, or processed in inline mode. The response is 200. */
  readonly accepted: DeliveryFacts & Verified & Timed;
  /** A delivery was accepted while another one waits for the same object. */
  readonly coalesced: DeliveryFacts & Verified & Timed;
  /** A delivery was accepted whose key was seen before. */
  readonly duplicate: DeliveryFacts & Verified & Timed;
  /** A signed delivery is not an event of its tenant. It is kept for replay. */
  readonly quarantined: DeliveryFacts & Verified & Timed & { readonly code: ErrorCode };
  /** Nothing to do: the receiver responded 200 without storing, or the worker found no effect. */
  readonly ignored: DeliveryFacts & Timed & { readonly reason: string };
  /** The response is an error. */
  readonly rejected: Timed & {
    readonly code: ErrorCode;
    readonly status: number;
    /** The tenant in the URL, which need not exist; `null` on the app-level route. */
    readonly tenant: string | null;
    /** Why the request was not authenticated; `null` for every status but 401. */
    readonly cause: RejectionCause | null;
    /** The failure behind a status of 500 and above, with the original error as its `cause`. */
    readonly error: JobberSyncError | null;
  };
  /** A delivery is committed and its `on` handlers have run. */
  readonly processed: DeliveryFacts & Timed;
  /** A delivery was processed, but newer data was already stored. */
  readonly stale: DeliveryFacts & Timed;
  /** A delivery failed and will be retried. */
  readonly retried: DeliveryFacts &
    Timed & {
      readonly code: ErrorCode;
      /** The failure, with the error that your own code threw as its `cause`. */
      readonly error: JobberSyncError;
      /** Milliseconds since 1970. */
      readonly dueAt: number;
    };
  /** A delivery will not be retried by itself. */
  readonly dead: DeliveryFacts &
    Timed & {
      readonly code: ErrorCode;
      /** The failure, with the error that your own code threw as its `cause`. */
      readonly error: JobberSyncError;
      readonly state: "dead" | "paused" | "unresolved" | "quarantined";
    };
  /** A delivery was processed with a problem. Emitted beside `processed` or `stale`. */
  readonly warning: DeliveryFacts & { readonly warning: DeliveryWarning };
  /** A change's handler has returned, or its record type has none. */
  readonly changeProcessed: ChangeFacts & Timed;
  /** A change's handler failed and will be called again. Later changes of the record wait. */
  readonly changeRetried: ChangeFacts &
    Timed & {
      readonly code: ErrorCode;
      /** The failure, with the error that your handler threw as its `cause`. */
      readonly error: JobberSyncError;
      /** Milliseconds since 1970. */
      readonly dueAt: number;
    };
  /** A change's tries are used up. Later changes of the record go on. */
  readonly changeDead: ChangeFacts &
    Timed & {
      readonly code: ErrorCode;
      /** The failure, with the error that your handler threw as its `cause`. */
      readonly error: JobberSyncError;
    };
}

/**
 * The names in {@link LifecycleEvents}; each is also the diagnostics channel `jobber-sync:<name>`.
 */
export type LifecycleName = keyof LifecycleEvents;

/**
 * Hooks for {@link LifecycleEvents}, called synchronously and never awaited: keep them short. A
 * hook that throws or rejects is logged with its error; the delivery is not affected.
 */
export type LifecycleHooks = Hooks<LifecycleEvents>;

/** Publishes a lifecycle event to the hooks and the diagnostics channel. */
export type Emit = Dispatch<LifecycleEvents>;

/** The name of every lifecycle event. */
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
  "changeProcessed",
  "changeRetried",
  "changeDead",
] as const satisfies readonly LifecycleName[];
