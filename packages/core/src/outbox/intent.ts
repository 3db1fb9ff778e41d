import type { ObjectType } from "../events/topics.ts";

/**
 * State of an intent. `intent-transitions.ts` lists every change of state.
 *
 * - `held`: waits for the Jobber id of an object that another intent creates
 * - `waiting`: to be processed once `dueAt` is reached
 * - `claimed`: a run is working on it, or was when its process died
 * - `sent`: a run has committed that it is about to send the mutation
 * - `uncertain`: the mutation was sent and its outcome is unknown; Jobber is looked at again
 * - `paused`: its tenant has to authorize again; `resume` continues it
 * - `done`: Jobber has what the intent wants
 * - `rejected`: Jobber refused it with `userErrors`, or as invalid
 * - `conflict`: Jobber's value is neither the one that the caller saw nor the one it wants
 * - `check`: a person has to decide, with `Outbox.resolve`
 * - `cancelled`: withdrawn before it was sent
 */
export type IntentState =
  | "held"
  | "waiting"
  | "claimed"
  | "sent"
  | "uncertain"
  | "paused"
  | "done"
  | "rejected"
  | "conflict"
  | "check"
  | "cancelled";

/** The caller's own name for an object, used until Jobber has given it an id, and after. */
export interface ObjectName {
  readonly objectType: ObjectType;
  readonly ref: string;
}

/**
 * A link between the caller's name for an object and Jobber's id. A name has one id; an id may have
 * several names, since two of the caller's records can turn out to be one client.
 */
export interface ObjectLink extends ObjectName {
  readonly objectId: string;
}

/** A change that the caller wants Jobber to make, on its way into the outbox. */
export interface IncomingIntent {
  readonly tenant: string;
  /** Names the action, uniquely within the tenant. */
  readonly key: string;
  readonly objectType: ObjectType;
  /** Jobber's id; `null` for an object that does not exist yet, or that is named by `ref`. */
  readonly objectId: string | null;
  /** The caller's name for the object; `null` when it is named by its id. */
  readonly ref: string | null;
  /** Whether the intent creates the object. */
  readonly creates: boolean;
  /** Name of the operation, such as `contact.edit`. */
  readonly verb: string;
  /** The operation's input. Contains customers' data. The outbox stores it and never reads it. */
  readonly action: Readonly<Record<string, unknown>>;
  /** Hash of everything that makes the intent what it is. Two intents of one key must share it. */
  readonly contentHash: string;
  /** Objects whose ids must be known first. */
  readonly dependsOn: readonly ObjectName[];
  /**
   * Hashes of the values that identify the object, such as its e-mail address. Of two creates that
   * share one, the later waits until the outcome of the earlier is known.
   */
  readonly matches: readonly string[];
  /** Who asked for the change, for the log. */
  readonly by: string | null;
  /** Milliseconds since 1970. */
  readonly createdAt: number;
}

/** The result of {@link IncomingIntent} being put into the outbox. */
export interface AcceptedIntent {
  readonly sequence: number;
  readonly state: IntentState;
  /** `duplicate`: an intent with the same key and content was there before. */
  readonly outcome: "accepted" | "duplicate";
}

/** An intent as it is stored. Times are milliseconds since 1970. */
export interface Intent extends IncomingIntent {
  readonly sequence: number;
  readonly state: IntentState;
  /** Code or word that explains the state; never customers' data. */
  readonly reason: string | null;
  /** Failures that sent nothing. They determine the back-off. */
  readonly attempts: number;
  /** Looks at Jobber after a lost response that found nothing. */
  readonly looks: number;
  readonly dueAt: number;
  /** Delay from the settlement until the intent is due. Milliseconds. */
  readonly delayMs: number;
  /**
   * When a run last committed that it was about to send; `null` once that send is known to have
   * failed.
   */
  readonly sentAt: number | null;
  /** Whether a person decided to apply it over a conflict, see `Outbox.resolve`. */
  readonly forced: boolean;
  /**
   * Facts about the outcome: returned values, both sides of a conflict, `userErrors`, candidates.
   * Contains customers' data. `null` before there is one.
   */
  readonly detail: Readonly<Record<string, unknown>> | null;
  readonly pausedAt: number | null;
  readonly finishedAt: number | null;
  /** The claim that took the intent; `null` unless it is `claimed` or `sent`. */
  readonly claimId: string | null;
}

/** One entry of an intent's history. Contains ids and codes only. */
export interface IntentLogEntry {
  readonly sequence: number;
  /** Milliseconds since 1970. */
  readonly at: number;
  readonly event: "planned" | "sent" | "settled" | "resolved";
  /** The state that the event led to. */
  readonly state: IntentState;
  readonly reason: string | null;
}

/** Selects intents. Conditions that are left out match every intent. */
export interface IntentFilter {
  readonly tenant?: string | undefined;
  readonly states?: readonly IntentState[] | undefined;
  readonly objectType?: ObjectType | undefined;
  readonly objectId?: string | undefined;
  readonly ref?: string | undefined;
  readonly key?: string | undefined;
  readonly sequences?: readonly number[] | undefined;
  /** Intents that share one of these hashes. */
  readonly matches?: readonly string[] | undefined;
  /** Maximum number of intents, oldest first. @default 100 */
  readonly limit?: number | undefined;
}

/** Number and age of one tenant's intents in one state. */
export interface IntentStats {
  readonly tenant: string;
  readonly state: Exclude<IntentState, "done" | "cancelled">;
  /** At least 1. */
  readonly rows: number;
  /** Time since the oldest of them was put into the outbox. Milliseconds. */
  readonly oldestAgeMs: number;
}
