import { CLIENT_FIELDS, type ClientData } from "./client-fields.ts";
import { defineDocument } from "./document.ts";
import { JOB_FIELDS, type JobData } from "./job-fields.ts";

/** A job with its whole client: `Job.client` is non-null, so no job ever waits for its contact. */
export type JobWithClientData = JobData & { readonly client: ClientData };

/** {@link JobWithClientData} as a selection. */
export const JOB_WITH_CLIENT_FIELDS = `${JOB_FIELDS} client { ${CLIENT_FIELDS} }`;

export const JOB_DOCUMENT = defineDocument<
  { readonly job: JobWithClientData | null },
  { readonly id: string }
>(`query JobberSyncJob($id: EncodedId!) { job(id: $id) { ${JOB_WITH_CLIENT_FIELDS} } }`);
