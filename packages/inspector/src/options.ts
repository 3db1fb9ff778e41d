import type { Logger } from "@jobber-sync/core";

/** An operation that the inspector may offer. */
export type InspectorAction = "replay" | "discard" | "resume" | "reconcile";

/** Options for `createInspector`. */
export interface InspectorOptions {
  /**
   * Returns the name of the signed-in operator, for the log; `null` or `undefined` rejects the
   * request with 403. Without it the inspector serves only browsers on its own machine, and no
   * actions.
   */
  readonly authorize?:
    | ((request: Request) => string | null | undefined | Promise<string | null | undefined>)
    | undefined;
  /**
   * The operations to offer: `replay` (also of dead letters) and `discard` deliveries, `resume`
   * and `reconcile` tenants. Needs `authorize`.
   *
   * @default none: the inspector only reads
   */
  readonly actions?: readonly InspectorAction[] | undefined;
  /** Where you mount it: a path without a trailing slash. @default "/jobber-sync" */
  readonly path?: string | undefined;
  /** Receives who looked at customers' data and who acted. @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

/** Options with their defaults. */
export interface CheckedOptions {
  readonly authorize: InspectorOptions["authorize"];
  readonly actions: ReadonlySet<InspectorAction>;
  readonly path: string;
  readonly now: () => number;
}

const ACTIONS: readonly string[] = ["replay", "discard", "resume", "reconcile"];

/** Validates the options and fills in defaults. @throws {TypeError} */
export function checkOptions(options: InspectorOptions): CheckedOptions {
  const { authorize, actions = [], path = "/jobber-sync", now = Date.now } = options;
  if (authorize !== undefined && typeof authorize !== "function")
    throw new TypeError("authorize must be a function from Request to the operator's name.");
  if (typeof path !== "string" || !/^(\/[\w.~-]+)+$/.test(path))
    throw new TypeError('path must be a path such as "/admin/jobber", without a trailing slash.');
  const unknown = actions.find((action) => !ACTIONS.includes(action));
  if (unknown !== undefined)
    throw new TypeError(`actions: "${unknown}" does not exist. Use ${ACTIONS.join(", ")}.`);
  if (actions.length > 0 && authorize === undefined)
    throw new TypeError("actions need authorize: without it anyone on this machine could act.");
  return { authorize, actions: new Set(actions), path, now };
}
