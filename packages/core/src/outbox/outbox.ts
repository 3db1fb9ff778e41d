import type { ClaimOptions, LeaseOptions } from "../inbox/claim.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import type { DueOptions, NowOptions, WakeOptions } from "../inbox/inbox.ts";
import type { SyncChange } from "../store/sync-store.ts";
import type {
  AcceptedIntent,
  IncomingIntent,
  Intent,
  IntentFilter,
  IntentLogEntry,
  IntentStats,
  ObjectLink,
  ObjectName,
} from "./intent.ts";

/** One run's hold on an object: its lane, and the intents taken with it. */
export interface IntentClaim {
  /** Unique, also among the claims of the inbox. */
  readonly id: string;
  readonly object: ObjectRef;
  /** Milliseconds since 1970. */
  readonly claimedAt: number;
  /** Ascending by sequence. */
  readonly intents: readonly Intent[];
  /** Links of every object that the intents depend on. */
  readonly links: readonly ObjectLink[];
  /**
   * The newest `done` intent of the object that was sent: what Jobber returned for it proves
   * whether a later read is fresh. `null` for none, and for creates.
   */
  readonly last: Intent | null;
}

/** Result of one claimed intent. */
export type IntentSettlement = { readonly sequence: number } & (
  | {
      /** Releases the intent to be processed again at `dueAt`. Nothing was sent. */
      readonly state: "waiting";
      /** Milliseconds since 1970. */
      readonly dueAt: number;
      readonly attempts: number;
      readonly reason: string | null;
    }
  | {
      /** The outcome of the send is unknown. The next run looks at Jobber at `dueAt`. */
      readonly state: "uncertain";
      /** Milliseconds since 1970. */
      readonly dueAt: number;
      readonly looks: number;
      readonly reason: string;
    }
  | {
      readonly state: "done";
      /** `sent`, `converged` or `adopted`. */
      readonly reason: string;
      /** Id of the object. An intent that creates one links it to its `ref`. */
      readonly objectId: string;
      /** Links of further objects that the same mutation created. @default none */
      readonly links?: readonly ObjectLink[] | undefined;
      readonly detail: Readonly<Record<string, unknown>> | null;
    }
  | {
      readonly state: "rejected" | "conflict" | "check" | "paused";
      readonly reason: string;
      readonly detail: Readonly<Record<string, unknown>> | null;
    }
);

/** Options of {@link Outbox.put}. */
export interface PutOptions {
  /**
   * The caller's open transaction, in the form that the outbox documents. The intent exists once it
   * commits, and never if it rolls back.
   *
   * @default a transaction of its own
   */
  readonly transaction?: unknown;
}

/** Selects the intents that {@link Outbox.erase} erases. */
export interface IntentErasure extends NowOptions {
  readonly tenant: string;
  /** Objects by Jobber's ids. @default every intent of the tenant */
  readonly objects?: readonly Omit<ObjectLink, "ref">[] | undefined;
}

/** A decision of a person about an intent. */
export type IntentDecision =
  | {
      /** The object exists in Jobber under this id: the intent is done. */
      readonly action: "adopt";
      readonly objectId: string;
    }
  | {
      /**
       * Processes the intent again, a conflict over what Jobber has now. May create a second
       * object.
       */
      readonly action: "resend";
    }
  | { readonly action: "cancel" };

/**
 * Storage of the changes that the caller wants Jobber to make. The row is the truth: an intent that
 * was put is processed until it is in a final state.
 *
 * Every operation is atomic and safe against every other one, from any number of processes.
 *
 * **Lanes.** An intent that changes an object is processed in the lane of that object, the same
 * lane that the inbox uses for the object's deliveries: at most one run works on an object, inbound
 * or outbound. Intents that create objects of one type share one lane per tenant, whose object id
 * is {@link CREATE_LANE}. Within the lane of an object, intents are claimed strictly in order. In a
 * create lane, an intent waits only for an earlier one that shares a value of `matches` or the
 * `ref`. Clocks that were corrected are treated as in `Inbox`.
 */
export interface Outbox {
  /**
   * Stores an intent: `held` while the id of an object in `dependsOn` is unknown, else `waiting`.
   * The same key with the same content returns the intent that is there.
   *
   * @throws {JobberSyncError} `ERR_PUSH_KEY_REUSED` for a key with another content, `ERR_STORE…`
   */
  put(intent: IncomingIntent, options?: PutOptions): Promise<AcceptedIntent>;

  /**
   * Takes the object's lane and its claimable intents, in ascending order. Intents left over from a
   * claim that expired are among them; those with `sentAt` may have been sent.
   *
   * @returns `null`, without a claim, while an unexpired claim holds the lane, and when no intent
   *   can be claimed
   */
  claim(object: ObjectRef, options: ClaimOptions): Promise<IntentClaim | null>;

  /**
   * Prolongs the lease, as `Inbox.extend`. @returns `false` when the lane is no longer the claim's
   */
  extend(claim: IntentClaim, options: LeaseOptions): Promise<boolean>;

  /**
   * Commits that the mutation of a claimed intent is about to be sent.
   *
   * @returns `false`, changing nothing, when the lane is no longer the claim's or its lease has
   *   expired: do not send
   */
  markSent(claim: IntentClaim, sequence: number, options: NowOptions): Promise<boolean>;

  /**
   * Writes the results of a claim's intents and, in the same transaction, the records that Jobber
   * returned, provided the lane is still the claim's. Otherwise changes nothing. Settling the last
   * intent frees the lane.
   *
   * @param change the records, with `cause: "push"` where the store records changes
   * @returns `false` when the lane is no longer the claim's
   */
  settle(
    claim: IntentClaim,
    settlements: readonly IntentSettlement[],
    change?: SyncChange,
  ): Promise<boolean>;

  /**
   * Calls `run` with objects that have intents to process, until the signal aborts, as
   * `Inbox.listen`.
   */
  listen(run: (object: ObjectRef) => Promise<void>, options: WakeOptions): Promise<void>;

  /**
   * Lists objects with intents that are due and whose lane is free. Releases `held` intents first.
   */
  due(options: DueOptions): Promise<readonly ObjectRef[]>;

  /** Lists intents with their contents, oldest first. */
  list(filter: IntentFilter): Promise<readonly Intent[]>;

  /** Returns the history of an intent, oldest first. */
  log(sequence: number): Promise<readonly IntentLogEntry[]>;

  /** Returns the links of the given names; names without a link are left out. */
  links(tenant: string, names: readonly ObjectName[]): Promise<readonly ObjectLink[]>;

  /** Returns the oldest link of an object by Jobber's id, or `null`. */
  linkOf(tenant: string, object: Omit<ObjectLink, "ref">): Promise<ObjectLink | null>;

  /** Counts intents per tenant and state, without `done` and `cancelled` ones. */
  stats(options?: NowOptions): Promise<readonly IntentStats[]>;

  /**
   * Applies a person's decision.
   *
   * | decision | from |
   * |---|---|
   * | adopt | `uncertain`, `check`, `conflict`, `rejected`, of an intent that creates |
   * | resend | `rejected`, `conflict`, `check`, `paused` |
   * | cancel | `held`, `waiting`, `paused`, `rejected`, `conflict`, `check` |
   *
   * @returns `false`, changing nothing, for an intent in another state
   */
  resolve(sequence: number, decision: IntentDecision, options?: NowOptions): Promise<boolean>;

  /**
   * Sets the tenant's `paused` intents `waiting`; those that were paused for more than seven days
   * become `check`. Also covers intents whose run settles them as `paused` afterwards.
   *
   * @returns the number of intents
   */
  resume(tenant: string, options?: NowOptions): Promise<number>;

  /**
   * Erases the contents of intents: their actions, details and matches. Intents that are not done
   * become `cancelled` with the reason `erased`; `claimed` and `sent` ones are left to a second
   * call.
   *
   * @returns the number of intents
   */
  erase(erasure: IntentErasure): Promise<number>;

  /**
   * Moves intents that were paused for more than seven days to `check`, and deletes `done` and
   * `cancelled` ones after `doneAfterMs`, with their log. Links are kept.
   *
   * @param options.doneAfterMs milliseconds. @default 90 days
   * @returns the number of deleted intents
   */
  purge(options?: NowOptions & { readonly doneAfterMs?: number | undefined }): Promise<number>;
}
