import { defineDocument } from "./document.ts";
import { JOB_WITH_CLIENT_FIELDS, type JobWithClientData } from "./job-document.ts";

/** A visit is read for its job: what a visit changes shows there. */
export const VISIT_DOCUMENT = defineDocument<
  { readonly visit: { readonly job: JobWithClientData } | null },
  { readonly id: string }
>(
  `query JobberSyncVisit($id: EncodedId!) { visit(id: $id) { job { ${JOB_WITH_CLIENT_FIELDS} } } }`,
);
