import { type Document, defineDocument } from "./document.ts";
import type { ExtraText } from "./extra-text.ts";
import { JOB_FIELDS, type JobData } from "./job-fields.ts";
import { PAGE_INFO, type PageData, type PageVariables } from "./page.ts";

/**
 * Reads a page of jobs, most recently changed first. `JobFilterAttributes` has no `updatedAt`, so
 * an incremental read pages until it reaches its cursor (docs/jobber-facts.md#incremental-reads).
 * In this order a job that changes during the walk moves to the front: it is not skipped.
 */
export function jobsPageDocument(
  extra: ExtraText,
): Document<{ readonly jobs: PageData<JobData> }, PageVariables> {
  return defineDocument(`
    query JobberSyncJobs($first: Int!, $after: String) {
      jobs(first: $first, after: $after, sort: [{ key: UPDATED_AT, direction: DESCENDING }]) {
        nodes { ${JOB_FIELDS} ${extra.job} client { id } } ${PAGE_INFO}
      }
    }
  `);
}
