import type { ObjectName } from "@jobber-sync/core";
import type { PushObjectType } from "../documents/nodes.ts";
import type { VerbName } from "../verbs/verbs.ts";

/** An object in Jobber, by its id or by the caller's own name for it. */
export interface PushTarget {
  readonly objectType: PushObjectType;
  /** Jobber's id; `null` when the object is named by `ref`. */
  readonly id: string | null;
  /** The caller's name; `null` when the object is named by its id. */
  readonly ref: string | null;
}

declare const view: unique symbol;

/**
 * A change to push, built by `contact`, `property`, `job` or `visit`. `View` is what `seen` of the
 * change has to be.
 */
export interface PushAction<View = never> {
  readonly verb: VerbName;
  readonly target: PushTarget;
  readonly creates: boolean;
  /** Values that the object's fields are to have; for a create, its input. */
  readonly wanted: Readonly<Record<string, unknown>>;
  /** The object that the new one belongs to; `null` for changes and for clients. */
  readonly at: PushTarget | null;
  /** Names of further objects that the same mutation creates. */
  readonly also: readonly ObjectName[];
  readonly [view]?: View;
}

const ID = /^Z2lkOi8v[A-Za-z0-9+/_-]+={0,2}$/;

/**
 * Returns a target. Text that begins with `Z2lkOi8v`, the base64 of `gid://`, is a Jobber id; other
 * text is the caller's own name.
 *
 * @throws {TypeError} for anything but a text of 1 to 200 characters
 */
export function targetOf(objectType: PushObjectType, name: string): PushTarget {
  if (typeof name !== "string" || name === "" || name.length > 200)
    throw new TypeError(`A ${objectType} is named by Jobber's id or by a text of your own.`);
  return ID.test(name) ? { objectType, id: name, ref: null } : { objectType, id: null, ref: name };
}

/** Creates an action on an object. */
export function actionOn<View>(
  target: PushTarget,
  verb: VerbName,
  wanted: Readonly<Record<string, unknown>>,
): PushAction<View> {
  return { verb, target, creates: false, wanted: defined(wanted), at: null, also: [] };
}

/** Creates an action that creates an object. @throws {TypeError} for an object named by an id */
export function creation(
  target: PushTarget,
  verb: VerbName,
  wanted: object,
  at: PushTarget | null = null,
  also: readonly ObjectName[] = [],
): PushAction {
  if (target.ref === null)
    throw new TypeError(
      `create needs a name of your own for the ${target.objectType}, not Jobber's id.`,
    );
  return { verb, target, creates: true, wanted: defined(wanted), at, also };
}

/** Leaves out fields that are `undefined`: they are not part of the change. */
function defined(fields: object): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined));
}
