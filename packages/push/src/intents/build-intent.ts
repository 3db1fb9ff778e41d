import { createHash } from "node:crypto";
import type { ObjectName } from "@jobber-sync/core";
import type { IncomingIntent } from "@jobber-sync/core/ports";
import type { PushAction, PushTarget } from "../actions/push-action.ts";
import { normalizePhone } from "../fields/same-value.ts";
import { SAME } from "../fields/views.ts";
import type { Verb } from "../verbs/verb.ts";
import { verbOf } from "../verbs/verbs.ts";
import { contentHash } from "./content-hash.ts";

type Values = Readonly<Record<string, unknown>>;

/** Options of a push. */
export interface PushOptions<View = unknown> {
  /**
   * Names this action, uniquely within the tenant: the same key again is the same push. Required
   * for changes. @default for a create, the object's name
   */
  readonly key?: string | undefined;
  /** The fields that the caller saw, from `push.read`: a value changed since is a conflict. */
  readonly seen?: Partial<View> | undefined;
  /** Overwrites whatever Jobber has. @default false */
  readonly force?: boolean | undefined;
  /** Repeats the word that a change with a larger effect needs; see its method. */
  readonly confirm?: "close" | "delete" | "remove" | "visits" | undefined;
  /** For a new contact: values by which Jobber is searched first. @default ["email", "phone"] */
  readonly match?: readonly ("email" | "phone")[] | undefined;
  /** Who asked for the change, such as `user:7`. Kept with the intent. */
  readonly by?: string | undefined;
  /** Your open transaction, in the form that the database package documents. */
  readonly transaction?: unknown;
}

/**
 * Builds the intent of a push.
 *
 * @throws {TypeError} for an action without key, without `seen`, or without the word to confirm
 */
export function buildIntent(
  tenant: string,
  action: PushAction<unknown>,
  options: PushOptions,
  now: number,
): IncomingIntent {
  const verb = verbOf(action.verb);
  if (typeof tenant !== "string" || tenant === "") throw new TypeError("push needs a tenant.");
  if (verb === undefined) throw new TypeError(`push: unknown action ${action.verb}.`);
  const { target, creates, at, also } = action;
  const wanted = jsonOf(action.wanted);
  const key = options.key ?? (creates ? `create:${target.objectType}:${target.ref}` : undefined);
  if (key === undefined || key === "")
    throw new TypeError(
      `${action.verb} needs a key that names the action, such as "crm:812:edit-17".`,
    );
  checkWanted(action.verb, verb, wanted, options);
  const seen = options.seen === undefined ? null : pick(jsonOf(options.seen), verb, wanted);
  const match = action.verb === "contact.create" ? (options.match ?? ["email", "phone"]) : [];
  const stored = { wanted, seen, force: options.force === true, at, match };
  const names = [at, creates ? null : target].filter((name) => name !== null);
  return {
    tenant,
    key,
    objectType: target.objectType,
    objectId: target.id,
    ref: target.ref,
    creates,
    verb: action.verb,
    action: stored,
    contentHash: contentHash({ verb: action.verb, target, also, ...stored }),
    dependsOn: names.flatMap(namedBy),
    matches: match.flatMap((name) => matchOf(tenant, name, wanted[name])),
    by: options.by ?? null,
    createdAt: now,
  };
}

function checkWanted(name: string, verb: Verb, wanted: Values, options: PushOptions): void {
  if (verb.kind === "create") {
    if (
      name.endsWith(".note") &&
      (typeof wanted.message !== "string" || wanted.message.trim() === "")
    )
      throw new TypeError("A note needs text.");
    return;
  }
  const fields = comparedFields(verb, wanted);
  if (fields.length === 0 && verb.deletes !== true)
    throw new TypeError(`${name} changes no field.`);
  const confirm = verb.confirmation(wanted);
  if (confirm !== null && options.confirm !== confirm)
    throw new TypeError(`${name} needs confirm: ${JSON.stringify(confirm)}.`);
  if (options.force === true) return;
  const needed = [
    ...(verb.unseen === true ? [] : fields),
    ...(verb.deletes === true ? [] : (verb.guards ?? [])),
  ];
  const missing = needed.filter((field) => !Object.hasOwn(options.seen ?? {}, field));
  if (missing.length > 0)
    throw new TypeError(
      `${name} needs seen.${missing.join(", seen.")}: what push.read returned when the form was shown. Or force: true, to overwrite changes made since.`,
    );
}

function comparedFields(verb: Verb, wanted: Values): readonly string[] {
  return Object.keys(wanted).filter((field) => Object.hasOwn(SAME[verb.objectType], field));
}

/** Keeps the seen fields that matter: others may change without a conflict. */
function pick(seen: Values, verb: Verb, wanted: Values): Values {
  const guards = verb.kind === "edit" ? (verb.guards ?? []) : [];
  const names = [...comparedFields(verb, wanted), ...guards];
  return Object.fromEntries(
    names.filter((name) => Object.hasOwn(seen, name)).map((name) => [name, seen[name]]),
  );
}

function namedBy({ objectType, ref }: PushTarget): readonly ObjectName[] {
  return ref === null ? [] : [{ objectType, ref }];
}

/** Returns the hash of a value by which a contact is found; none for a missing value. */
function matchOf(tenant: string, name: "email" | "phone", value: unknown): readonly string[] {
  if (typeof value !== "string" || value.trim() === "") return [];
  const normal = name === "email" ? value.trim().toLowerCase() : normalizePhone(value);
  if (normal === "") return [];
  return [
    createHash("sha256")
      .update(JSON.stringify([tenant, name, normal]))
      .digest("base64url"),
  ];
}

/** Copies values as they are stored. @throws {TypeError} for values that JSON cannot hold */
function jsonOf(value: object): Values {
  return JSON.parse(JSON.stringify(value)) as Values;
}
