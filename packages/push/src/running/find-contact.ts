import {
  CLIENTS_SINCE_DOCUMENT,
  FIND_EMAIL_DOCUMENT,
  FIND_PHONE_DOCUMENT,
} from "../documents/client-document.ts";
import type { ClientNode } from "../documents/nodes.ts";
import { normalizePhone, sameEmail, samePhone, sameText, unpadded } from "../fields/same-value.ts";
import type { Ask } from "./ask.ts";
import { readObject } from "./read-object.ts";
import { walkPages } from "./walk-pages.ts";

type Values = Readonly<Record<string, unknown>>;

/** Clients of Jobber that may be the contact to create. */
export interface ContactHits {
  /** Ids of clients that are clearly it. */
  readonly clear: readonly string[];
  /** Ids of archived clients, and of clients of which a contact person has the value. */
  readonly unclear: readonly string[];
}

interface Hit {
  readonly client: { readonly id: string; readonly isArchived: boolean };
  readonly contact: { readonly id: string } | null;
}

const HITS = 20;

/** Searches Jobber for clients with the contact's e-mail address or phone number. */
export async function searchContact(
  ask: Ask,
  { email, phone }: { readonly email: unknown; readonly phone: unknown },
): Promise<ContactHits> {
  const hits: Hit[] = [];
  if (typeof email === "string") {
    const data = await ask<{ clientEmails: { nodes: readonly (Hit & { address: string })[] } }>(
      FIND_EMAIL_DOCUMENT,
      { searchTerm: email.trim(), first: HITS },
    );
    hits.push(...data.clientEmails.nodes.filter(({ address }) => sameEmail(address, email)));
  }
  if (typeof phone === "string") {
    const data = await ask<{ clientPhones: { nodes: readonly (Hit & { number: string })[] } }>(
      FIND_PHONE_DOCUMENT,
      { searchTerm: normalizePhone(phone), first: HITS },
    );
    hits.push(...data.clientPhones.nodes.filter(({ number }) => samePhone(number, phone)));
  }
  const clear = new Set<string>();
  const unclear = new Set<string>();
  for (const { client, contact } of hits)
    (client.isArchived || contact !== null ? unclear : clear).add(client.id);
  return { clear: [...clear], unclear: [...unclear].filter((id) => !clear.has(id)) };
}

/**
 * Walks the clients created since a time and returns the ids of those that have everything that the
 * contact was to be created with.
 *
 * @param since RFC 3339
 * @param isKnown whether the client belongs to another intent or was there before
 */
export async function findCreatedContact(
  ask: Ask,
  wanted: Values,
  since: string,
  isKnown: (id: string) => Promise<boolean>,
): Promise<readonly string[]> {
  const listed = await walkPages<ClientNode>(
    ask,
    CLIENTS_SINCE_DOCUMENT,
    { since },
    (data) => data.clients as never,
  );
  const found = new Set<string>();
  for (const candidate of listed) {
    if (!hasNames(candidate, wanted) || (await isKnown(candidate.id))) continue;
    // The list is an index, which lags: the record itself decides.
    const node = await readObject(ask, "client", candidate.id);
    if (node !== null && hasNames(node, wanted) && hasEntries(node, wanted)) found.add(node.id);
  }
  return [...found].filter(
    (id, index, ids) => ids.findIndex((other) => unpadded(other) === unpadded(id)) === index,
  );
}

function hasNames(node: ClientNode, wanted: Values): boolean {
  return (["firstName", "lastName", "companyName"] as const).every((name) =>
    sameText(node[name], wanted[name]),
  );
}

function hasEntries({ emails, phones }: ClientNode, { email, phone }: Values): boolean {
  return (
    (!email || emails.some(({ address }) => sameEmail(address, email))) &&
    (!phone || phones.some(({ number }) => samePhone(number, phone)))
  );
}
