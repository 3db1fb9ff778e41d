import { type Document, defineDocument } from "./document.ts";
import type { ExtraText } from "./extra-text.ts";
import { type JobWithClientData, jobWithClientFields } from "./job-document.ts";

/** Reads a visit's job: a visit is stored only as part of its job. */
export function visitDocument(
  extra: ExtraText,
): Document<
  { readonly visit: { readonly job: JobWithClientData } | null },
  { readonly id: string }
> {
  return defineDocument(
    `query JobberSyncVisit($id: EncodedId!) { visit(id: $id) { job { ${jobWithClientFields(extra)} } } }`,
  );
}
