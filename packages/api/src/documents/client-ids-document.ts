import { defineDocument } from "./document.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/** Reads the ids of a page of clients, for a page whose records cannot be read together. */
export const CLIENT_IDS_DOCUMENT = defineDocument<
  { readonly clients: PageData<{ readonly id: string }> },
  PageVariables & { readonly filter: { readonly updatedAt?: { readonly after: string } } }
>(`
  query JobberSyncClientIds($first: Int!, $after: String, $filter: ClientFilterAttributes) {
    clients(first: $first, after: $after, filter: $filter, sort: { key: UPDATED_AT, direction: DESCENDING }) {
      nodes { id } ${PAGE_INFO}
    }
  }
`);
