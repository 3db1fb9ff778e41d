import { defineDocument } from "./document.ts";
import { JOB_WITH_CLIENT_FIELDS, type JobWithClientData } from "./job-document.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/** Reads a property's jobs: a property is stored only as their address. */
export const PROPERTY_DOCUMENT = defineDocument<
  { readonly property: { readonly jobs: PageData<JobWithClientData> } | null },
  PageVariables & { readonly id: string }
>(`
  query JobberSyncProperty($id: EncodedId!, $first: Int!, $after: String) {
    property(id: $id) { jobs(first: $first, after: $after) { nodes { ${JOB_WITH_CLIENT_FIELDS} } ${PAGE_INFO} } }
  }
`);
