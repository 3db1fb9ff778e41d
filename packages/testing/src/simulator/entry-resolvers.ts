import { connection, type PageArguments } from "./connection.ts";
import type { ReadView, Resolver } from "./read-view.ts";
import type { SimulatedClient, SimulatedEmail, SimulatedPhone } from "./records.ts";
import { formatPhone, normalizePhone } from "./reformat.ts";

/** The resolvers of e-mail addresses and phone numbers, and of the searches for them. */
export const ENTRY_RESOLVERS: Readonly<Record<string, Resolver>> = {
  "Query.clientEmails": (_source, { searchTerm, ...page }: Search, view) =>
    connection(
      entriesOf(view, ({ emails }) => emails).filter(({ address }) =>
        address.toLowerCase().includes((searchTerm ?? "").trim().toLowerCase()),
      ),
      page,
    ),
  "Query.clientPhones": (_source, { searchTerm, ...page }: Search, view) =>
    connection(
      entriesOf(view, ({ phones }) => phones).filter(({ number }) =>
        number.replace(/\D/g, "").includes((searchTerm ?? "").replace(/\D/g, "")),
      ),
      page,
    ),
  "Client.emails": ({ emails, id }: SimulatedClient) => own(emails, id),
  "Client.phones": ({ phones, id }: SimulatedClient) => own(phones, id),
  "Email.client": entryClient,
  "Email.contact": entryContact,
  "ClientPhoneNumber.client": entryClient,
  "ClientPhoneNumber.contact": entryContact,
  "ClientPhoneNumber.friendly": ({ number }: SimulatedPhone) => formatPhone(number),
  "ClientPhoneNumber.normalizedPhoneNumber": ({ number }: SimulatedPhone) => normalizePhone(number),
};

type Entry = (SimulatedEmail | SimulatedPhone) & { readonly clientId: string };
type Search = PageArguments & { readonly searchTerm?: string | null };

/** Returns the entries of all clients as the search index has them. */
function entriesOf<E extends SimulatedEmail | SimulatedPhone>(
  { tables, indexAt }: ReadView,
  pick: (client: SimulatedClient) => readonly E[],
) {
  return tables.client
    .list(indexAt)
    .flatMap((client) => pick(client).map((entry) => ({ ...entry, clientId: client.id })));
}

/** Returns a client's own entries, without those of its contact persons. */
function own<E extends SimulatedEmail | SimulatedPhone>(entries: readonly E[], clientId: string) {
  return entries
    .filter(({ contactName }) => contactName === null)
    .map((entry) => ({ ...entry, clientId }));
}

function entryClient({ clientId }: Entry, _args: unknown, { tables }: ReadView) {
  return tables.client.read(clientId, Number.POSITIVE_INFINITY);
}

function entryContact({ id, contactName }: Entry) {
  return contactName === null ? null : { id, name: contactName };
}
