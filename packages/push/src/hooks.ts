import type { IntentState, ObjectType } from "@jobber-sync/core";
import type { Dispatch } from "@jobber-sync/core/ports";

/** An intent that reached a state. Contains ids and codes, never customers' data. */
export interface PushEvent {
  readonly tenant: string;
  readonly sequence: number;
  readonly key: string;
  /** Such as `contact.edit`. */
  readonly verb: string;
  readonly objectType: ObjectType;
  /** Jobber's id; `null` while there is none. */
  readonly objectId: string | null;
  /** Your name for the object; `null` when it was named by its id. */
  readonly ref: string | null;
  readonly by: string | null;
  readonly state: IntentState;
  /** Code or word that explains the state. */
  readonly reason: string | null;
}

/** The events of `createPush`. */
export interface PushEvents {
  /** Jobber has what the intent wants: `reason` is `sent`, `converged` or `adopted`. */
  readonly "push.done": PushEvent;
  /** Jobber refused the change; `userErrors` are in the intent's `detail`. */
  readonly "push.rejected": PushEvent;
  /** Jobber's value was changed since the caller saw it. Both values are in the `detail`. */
  readonly "push.conflict": PushEvent;
  /** A person has to decide: see `outbox.resolve`. */
  readonly "push.check": PushEvent;
}

/** Hooks of `createPush`, called after the state is stored. */
export type PushHooks = {
  readonly [K in keyof PushEvents]?: ((event: PushEvents[K]) => void | Promise<void>) | undefined;
};

export type EmitPush = Dispatch<PushEvents>;
