import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { defineDocument } from "./document.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/** Reads a page of the clients that match a filter, most recently changed first. */
export const CLIENTS_PAGE_DOCUMENT = defineDocument<
  { readonly clients: PageData<ClientData> },
  PageVariables & { readonly filter: { readonly updatedAt?: { readonly after: string } } }
>(`
  query JobberSyncClients($first: Int!, $after: String, $filter: ClientFilterAttributes) {
    clients(first: $first, after: $after, filter: $filter, sort: { key: UPDATED_AT, direction: DESCENDING }) {
      nodes { ${CLIENT_FIELDS} } ${PAGE_INFO}
    }
  }
`);
