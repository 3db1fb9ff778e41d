import type { ObjectType } from "../events/topics.ts";
import type { ObjectRef } from "./delivery.ts";

/** An object and the one it belongs to: a visit and its job, a property and its client. */
export interface ObjectParent extends ObjectRef {
  readonly parentType: ObjectType;
  readonly parentId: string;
}

const DAY_MS = 24 * 60 * 60 * 1000;

/** Interval at which a parent that is seen again is written again. Milliseconds. */
export const SEEN_AGAIN_MS = DAY_MS;

/** Retention of parents that are not seen again. Milliseconds. */
export const PARENTS_AFTER_MS = 400 * DAY_MS;
