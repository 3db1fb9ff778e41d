import { defineDocument } from "./document.ts";
import { JOB_FIELDS, type JobData } from "./job-fields.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/**
 * Jobs, the last changed first: `JobFilterAttributes` has no `updatedAt`, so reading on until the cursor is the only way (F3.7). With newest
 * first, a job that changes meanwhile moves to the front and is seen again, not skipped.
 */
export const JOBS_PAGE_DOCUMENT = defineDocument<
  { readonly jobs: PageData<JobData> },
  PageVariables
>(`
  query JobberSyncJobs($first: Int!, $after: String) {
    jobs(first: $first, after: $after, sort: [{ key: UPDATED_AT, direction: DESCENDING }]) {
      nodes { ${JOB_FIELDS} client { id } } ${PAGE_INFO}
    }
  }
`);
