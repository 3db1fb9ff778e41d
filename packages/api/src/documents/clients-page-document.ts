import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { type Document, defineDocument } from "./document.ts";
import type { ExtraText } from "./extra-text.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

type Variables = PageVariables & {
  readonly filter: { readonly updatedAt?: { readonly after: string } };
};

/** Reads a page of the clients that match a filter, most recently changed first. */
export function clientsPageDocument(
  extra: ExtraText,
): Document<{ readonly clients: PageData<ClientData> }, Variables> {
  return defineDocument(`
    query JobberSyncClients($first: Int!, $after: String, $filter: ClientFilterAttributes) {
      clients(first: $first, after: $after, filter: $filter, sort: { key: UPDATED_AT, direction: DESCENDING }) {
        nodes { ${CLIENT_FIELDS} ${extra.client} } ${PAGE_INFO}
      }
    }
  `);
}
