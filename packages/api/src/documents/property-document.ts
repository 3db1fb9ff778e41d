import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { defineDocument } from "./document.ts";
import { JOB_WITH_CLIENT_FIELDS, type JobWithClientData } from "./job-document.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/** Reads a property's client and jobs: a property is stored only as their address. */
export const PROPERTY_DOCUMENT = defineDocument<
  {
    readonly property: {
      readonly client: ClientData | null;
      readonly jobs: PageData<JobWithClientData>;
    } | null;
  },
  PageVariables & { readonly id: string }
>(`
  query JobberSyncProperty($id: EncodedId!, $first: Int!, $after: String) {
    property(id: $id) { client { ${CLIENT_FIELDS} } jobs(first: $first, after: $after) { nodes { ${JOB_WITH_CLIENT_FIELDS} } ${PAGE_INFO} } }
  }
`);
