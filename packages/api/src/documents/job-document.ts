import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { type Document, defineDocument } from "./document.ts";
import type { ExtraText } from "./extra-text.ts";
import { JOB_FIELDS, type JobData } from "./job-fields.ts";

/** A job with its complete client, so that no job waits for its contact. */
export type JobWithClientData = JobData & { readonly client: ClientData };

/** Returns the selection of {@link JobWithClientData}. */
export function jobWithClientFields({ job, client }: ExtraText): string {
  return `${JOB_FIELDS} ${job} client { ${CLIENT_FIELDS} ${client} }`;
}

/** Reads a job. */
export function jobDocument(
  extra: ExtraText,
): Document<{ readonly job: JobWithClientData | null }, { readonly id: string }> {
  return defineDocument(
    `query JobberSyncJob($id: EncodedId!) { job(id: $id) { ${jobWithClientFields(extra)} } }`,
  );
}
