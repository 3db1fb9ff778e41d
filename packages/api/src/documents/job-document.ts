import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { defineDocument } from "./document.ts";
import { JOB_FIELDS, type JobData } from "./job-fields.ts";

/** A job with its complete client, so that no job waits for its contact. */
export type JobWithClientData = JobData & { readonly client: ClientData };

/** The selection of {@link JobWithClientData}. */
export const JOB_WITH_CLIENT_FIELDS = `${JOB_FIELDS} client { ${CLIENT_FIELDS} }`;

export const JOB_DOCUMENT = defineDocument<
  { readonly job: JobWithClientData | null },
  { readonly id: string }
>(`query JobberSyncJob($id: EncodedId!) { job(id: $id) { ${JOB_WITH_CLIENT_FIELDS} } }`);
