import { clientDocument } from "./client-document.ts";
import { clientsPageDocument } from "./clients-page-document.ts";
import type { ExtraText } from "./extra-text.ts";
import { jobDocument } from "./job-document.ts";
import { jobsPageDocument } from "./jobs-page-document.ts";
import { propertyDocument } from "./property-document.ts";
import { visitDocument } from "./visit-document.ts";

/** The documents that read records. */
export type Documents = ReturnType<typeof documentsWith>;

/** Creates the documents that read records, with the user's selections in them. */
export function documentsWith(extra: ExtraText) {
  return {
    job: jobDocument(extra),
    client: clientDocument(extra),
    visit: visitDocument(extra),
    property: propertyDocument(extra),
    jobsPage: jobsPageDocument(extra),
    clientsPage: clientsPageDocument(extra),
  };
}
