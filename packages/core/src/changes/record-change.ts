import type { ChangeCause } from "../records/change-cause.ts";
import type { ContactRecord } from "../records/contact-record.ts";
import type { JobRecord } from "../records/job-record.ts";
import type { Instant } from "../time/instant.ts";

/** State of a change. A claim does not show in it. */
export type ChangeState =
  /** To be handed to its handler, again if a try has failed. */
  | "waiting"
  /** Its handler has returned. */
  | "done"
  /** Its tries are used up. Later changes of the record go on; `replay` sets it waiting again. */
  | "dead";

/** Cause of the writes of an `apply` call. */
export interface ChangeOrigin {
  /** @default "webhook" */
  readonly cause?: ChangeCause | undefined;
  /** Identifies the cause: the key of a delivery, the id of an intent. @default null */
  readonly ref?: string | null | undefined;
}

/** A committed change of one record. */
export interface RecordChange<R = JobRecord | ContactRecord> {
  /**
   * Number of the change. Of two changes of a record the one with the higher number was committed
   * later.
   */
  readonly sequence: number;
  readonly tenant: string;
  /** The record before the change; `null` for a new one and with {@link initial}. */
  readonly before: R | null;
  readonly after: R;
  /** See `WrittenRecord.changed`. */
  readonly changed: readonly (keyof R & string)[];
  /** `reconcile` with {@link initial}. */
  readonly cause: ChangeCause;
  readonly ref: string | null;
  /** When the change was committed. */
  readonly at: Instant;
  /** Whether `initial` emitted the record as it was stored, without a change of it. */
  readonly initial: boolean;
  /** Whether `replay` has set the change waiting again. */
  readonly replay: boolean;
}

/** The part of a change that a store knows before it writes the change's row. */
export type UnnumberedChange = Pick<
  RecordChange,
  "before" | "after" | "changed" | "cause" | "ref" | "initial"
>;

/** A change that a run has claimed. */
export type ClaimedChange = {
  /** Failed tries. */
  readonly attempts: number;
} & (
  | ({ readonly objectType: "job" } & RecordChange<JobRecord>)
  | ({ readonly objectType: "client" } & RecordChange<ContactRecord>)
);

/** Selects changes. Conditions that are left out match every change. */
export interface ChangeFilter {
  readonly tenant?: string | undefined;
  readonly states?: readonly ChangeState[] | undefined;
  readonly objectType?: "job" | "client" | undefined;
  readonly objectId?: string | undefined;
  readonly sequences?: readonly number[] | undefined;
  /**
   * Maximum number of changes, oldest first. May be `Infinity`.
   *
   * @default 100 for `list`, otherwise no limit
   */
  readonly limit?: number | undefined;
}

/** A change as tools see it. Leaves out the record, which contains customer data. */
export interface ChangeInfo extends Omit<RecordChange, "before" | "after" | "changed" | "at"> {
  readonly objectType: "job" | "client";
  readonly objectId: string;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly state: ChangeState;
  readonly attempts: number;
  /** When a `waiting` change is due. Milliseconds since 1970. */
  readonly dueAt: number;
  /** Code of the last failure; `null` without one. */
  readonly reason: string | null;
  /** Message of the last failure, as in `DeliveryInfo.error`. */
  readonly error: string | null;
}

/** Number and age of one tenant's changes in one state. */
export interface ChangeStats {
  readonly tenant: string;
  readonly state: Exclude<ChangeState, "done">;
  /** At least 1. */
  readonly rows: number;
  /** Time since the oldest of them was committed. Milliseconds. */
  readonly oldestAgeMs: number;
}
