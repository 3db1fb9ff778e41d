import { defineDocument } from "./document.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/** Reads the ids of a page of jobs, for a page whose records cannot be read together. */
export const JOB_IDS_DOCUMENT = defineDocument<
  { readonly jobs: PageData<{ readonly id: string }> },
  PageVariables
>(`
  query JobberSyncJobIds($first: Int!, $after: String) {
    jobs(first: $first, after: $after, sort: [{ key: UPDATED_AT, direction: DESCENDING }]) {
      nodes { id } ${PAGE_INFO}
    }
  }
`);
