import { defineDocument } from "./document.ts";
import { JOB_WITH_CLIENT_FIELDS, type JobWithClientData } from "./job-document.ts";

/** Reads a visit's job: a visit is stored only as part of its job. */
export const VISIT_DOCUMENT = defineDocument<
  { readonly visit: { readonly job: JobWithClientData } | null },
  { readonly id: string }
>(
  `query JobberSyncVisit($id: EncodedId!) { visit(id: $id) { job { ${JOB_WITH_CLIENT_FIELDS} } } }`,
);
