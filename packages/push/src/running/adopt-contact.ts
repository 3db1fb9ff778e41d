import type { ObjectLink } from "@jobber-sync/core";
import { contentHash } from "../intents/content-hash.ts";
import type { Ask } from "./ask.ts";
import { findProperty } from "./find-created.ts";
import type { IntentRun } from "./run-context.ts";

/**
 * Sees to the property of a contact that exists already: links the contact's property with that
 * address, or puts an intent that creates it.
 *
 * @returns the links to settle with
 */
export async function adoptContact(
  { intent, outbox, now }: IntentRun,
  ask: Ask,
  clientId: string,
): Promise<readonly ObjectLink[]> {
  const { property } = intent.action.wanted as {
    readonly property?: Readonly<Record<string, unknown>> & { readonly ref?: string };
  };
  if (property === undefined) return [];
  const { ref = `${intent.ref}#property`, ...wanted } = property;
  const query = { wanted, parentId: clientId, marker: "", since: "" };
  const [objectId] = await findProperty(ask, query);
  if (objectId !== undefined) return [{ objectType: "property", ref, objectId }];
  const action = {
    ...{ wanted, seen: null, force: false, match: [] },
    at: { objectType: "client", id: clientId, ref: null },
  };
  const { tenant, by } = intent;
  await outbox.put({
    ...{ tenant, by, key: `${intent.key}#property`, objectType: "property", objectId: null, ref },
    ...{ creates: true, verb: "property.create", action, dependsOn: [], matches: [] },
    contentHash: contentHash({ verb: "property.create", ref, action }),
    createdAt: now(),
  });
  return [];
}
