import {
  ARCHIVE_CLIENT_DOCUMENT,
  CREATE_CLIENT_DOCUMENT,
  EDIT_CLIENT_DOCUMENT,
  NOTE_ON_CLIENT_DOCUMENT,
  UNARCHIVE_CLIENT_DOCUMENT,
} from "../documents/client-document.ts";
import type { ClientNode } from "../documents/nodes.ts";
import { sameEmail, samePhone } from "../fields/same-value.ts";
import { ADDRESS_FIELDS, addressInput } from "./address-input.ts";
import type { CreateVerb, EditVerb, Payload } from "./verb.ts";

type Values = Readonly<Record<string, unknown>>;

const NAMES = ["firstName", "lastName", "companyName"];

export const CONTACT_CREATE: CreateVerb<"client"> = {
  kind: "create",
  objectType: "client",
  root: "clientCreate",
  document: CREATE_CLIENT_DOCUMENT,
  // A client has no field that the caller cannot see and that Jobber takes in the same mutation.
  hasMarker: false,
  node: clientOf,
  variables({ wanted }) {
    const { email, phone, property } = wanted;
    return {
      input: {
        ...namesOf(wanted),
        ...(email ? { emails: [{ address: email, primary: true }] } : {}),
        ...(phone ? { phones: [{ number: phone, primary: true }] } : {}),
        ...(hasAddress(wanted) ? { billingAddress: addressInput(wanted, null) } : {}),
        ...(property ? { properties: [newProperty(property as Values)] } : {}),
      },
    };
  },
};

export const CONTACT_EDIT: EditVerb<"client"> = {
  kind: "edit",
  objectType: "client",
  root: "clientEdit",
  document: EDIT_CLIENT_DOCUMENT,
  node: clientOf,
  confirmation: ({ email, phone }) => (email === null || phone === null ? "remove" : null),
  variables: ({ id, changed, node }) => ({
    clientId: id,
    input: {
      ...namesOf(changed),
      ...("email" in changed ? entryInput("emails", changed.email, node) : {}),
      ...("phone" in changed ? entryInput("phones", changed.phone, node) : {}),
      ...(hasAddress(changed)
        ? { billingAddress: addressInput(changed, node.billingAddress) }
        : {}),
    },
  }),
};

export const CONTACT_ARCHIVE: EditVerb<"client"> = {
  ...CONTACT_EDIT,
  root: "clientArchive",
  document: ARCHIVE_CLIENT_DOCUMENT,
  unseen: true,
  confirmation: () => null,
  variables: ({ id }) => ({ clientId: id }),
};

export const CONTACT_UNARCHIVE: EditVerb<"client"> = {
  ...CONTACT_ARCHIVE,
  root: "clientUnarchive",
  document: UNARCHIVE_CLIENT_DOCUMENT,
};

export const CONTACT_NOTE: CreateVerb<"client"> = {
  kind: "create",
  objectType: "client",
  root: "clientCreateNote",
  document: NOTE_ON_CLIENT_DOCUMENT,
  hasMarker: true,
  node: clientOf,
  variables: ({ wanted, parentId, marker }) => ({
    clientId: parentId,
    input: { message: `${wanted.message}\n${marker}` },
  }),
};

/** Returns the client in a payload. */
function clientOf(payload: Payload): ClientNode | null {
  return (payload.client as ClientNode | null | undefined) ?? null;
}

function namesOf(values: Values): Values {
  const names = NAMES.filter((name) => name in values);
  const texts = names.map((name) => [name, values[name] ?? ""] as const);
  const flag = "isCompany" in values ? { isCompany: values.isCompany } : {};
  return { ...Object.fromEntries(texts), ...flag };
}

function hasAddress(values: Values): boolean {
  return ADDRESS_FIELDS.some((name) => name in values);
}

function newProperty(property: Values): Values {
  return {
    ...(property.name ? { name: property.name } : {}),
    address: addressInput(property, null),
  };
}

/**
 * Returns the edit of a client's list that makes `value` its primary entry. Deltas name the entries
 * by the ids that were just read: an equal entry is promoted, the primary one changed, or one is
 * added where there is none. `null` removes the primary entry.
 */
function entryInput(list: "emails" | "phones", value: unknown, node: ClientNode): Values {
  const key = list === "emails" ? "address" : "number";
  const same = list === "emails" ? sameEmail : samePhone;
  const entries: readonly (Values & { readonly id: string; readonly primary: boolean })[] =
    node[list];
  const primary = entries.find((entry) => entry.primary);
  if (value === null) return primary === undefined ? {} : { [`${list}ToDelete`]: [primary.id] };
  const equal = entries.find((entry) => same(entry[key], value));
  if (equal !== undefined) return { [`${list}ToEdit`]: [{ id: equal.id, primary: true }] };
  if (primary !== undefined) return { [`${list}ToEdit`]: [{ id: primary.id, [key]: value }] };
  return { [`${list}ToAdd`]: [{ [key]: value, primary: true }] };
}
