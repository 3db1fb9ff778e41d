import { defineDocument } from "./document.ts";
import { JOB_SELECTION, payload, VISIT_SELECTION } from "./selections.ts";

export const READ_JOB_DOCUMENT = defineDocument(
  `query JobberSyncPushJob($id: EncodedId!) { job(id: $id) { ${JOB_SELECTION} } }`,
);

export const JOB_VISITS_DOCUMENT = defineDocument(
  `query JobberSyncPushVisits($id: EncodedId!, $first: Int!, $after: String) {
    job(id: $id) {
      visits(first: $first, after: $after) {
        nodes { ${VISIT_SELECTION} } pageInfo { endCursor hasNextPage }
      }
    }
  }`,
);

export const JOB_NOTES_DOCUMENT = defineDocument(
  `query JobberSyncPushJobNotes($id: EncodedId!, $first: Int!, $after: String) {
    job(id: $id) {
      notes(first: $first, after: $after) {
        nodes { ... on JobNote { id message } } pageInfo { endCursor hasNextPage }
      }
    }
  }`,
);

export const JOBS_SINCE_DOCUMENT = defineDocument(
  `query JobberSyncPushJobsSince($since: ISO8601DateTime!, $first: Int!, $after: String) {
    jobs(filter: { createdAt: { after: $since } }, first: $first, after: $after) {
      nodes { id property { id } } pageInfo { endCursor hasNextPage }
    }
  }`,
);

export const CREATE_JOB_DOCUMENT = defineDocument(
  `mutation JobberSyncJobCreate($input: JobCreateAttributes!) {
    jobCreate(input: $input) { ${payload(`job { ${JOB_SELECTION} }`)} }
  }`,
);

export const EDIT_JOB_DOCUMENT = defineDocument(
  `mutation JobberSyncJobEdit($jobId: EncodedId!, $input: JobEditInput!) {
    jobEdit(jobId: $jobId, input: $input) { ${payload(`job { ${JOB_SELECTION} }`)} }
  }`,
);

export const CLOSE_JOB_DOCUMENT = defineDocument(
  `mutation JobberSyncJobClose($jobId: EncodedId!, $input: JobCloseInput!) {
    jobClose(jobId: $jobId, input: $input) { ${payload(`job { ${JOB_SELECTION} }`)} }
  }`,
);

export const REOPEN_JOB_DOCUMENT = defineDocument(
  `mutation JobberSyncJobReopen($jobId: EncodedId!) {
    jobReopen(jobId: $jobId) { ${payload(`job { ${JOB_SELECTION} }`)} }
  }`,
);

export const NOTE_ON_JOB_DOCUMENT = defineDocument(
  `mutation JobberSyncJobNote($jobId: EncodedId!, $input: JobCreateNoteInput!) {
    jobCreateNote(jobId: $jobId, input: $input) {
      ${payload(`job { ${JOB_SELECTION} } jobNote { id message }`)}
    }
  }`,
);
