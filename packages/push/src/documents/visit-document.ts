import { defineDocument } from "./document.ts";
import { payload, VISIT_SELECTION } from "./selections.ts";

const VISIT = payload(`visit { ${VISIT_SELECTION} }`);

export const READ_VISIT_DOCUMENT = defineDocument(
  `query JobberSyncPushVisit($id: EncodedId!) { visit(id: $id) { ${VISIT_SELECTION} } }`,
);

export const CREATE_VISIT_DOCUMENT = defineDocument(
  `mutation JobberSyncVisitCreate($jobId: EncodedId!, $input: VisitCreateInput!) {
    visitCreate(jobId: $jobId, input: $input) {
      ${payload(`createdVisits { ${VISIT_SELECTION} }`)}
    }
  }`,
);

export const SCHEDULE_VISIT_DOCUMENT = defineDocument(
  `mutation JobberSyncVisitSchedule($id: EncodedId!, $input: VisitEditScheduleInput!) {
    visitEditSchedule(id: $id, input: $input) { ${VISIT} }
  }`,
);

export const ASSIGN_VISIT_DOCUMENT = defineDocument(
  `mutation JobberSyncVisitAssign($visitId: EncodedId!, $input: VisitEditAssignedUsersInput!) {
    visitEditAssignedUsers(visitId: $visitId, input: $input) { ${VISIT} }
  }`,
);

export const COMPLETE_VISIT_DOCUMENT = defineDocument(
  `mutation JobberSyncVisitComplete($visitId: EncodedId!) {
    visitComplete(visitId: $visitId) { ${VISIT} }
  }`,
);

export const UNCOMPLETE_VISIT_DOCUMENT = defineDocument(
  `mutation JobberSyncVisitUncomplete($visitId: EncodedId!) {
    visitUncomplete(visitId: $visitId) { ${VISIT} }
  }`,
);

export const DELETE_VISIT_DOCUMENT = defineDocument(
  `mutation JobberSyncVisitDelete($visitIds: [EncodedId!]!) {
    visitDelete(visitIds: $visitIds) { ${payload("visits { id }")} }
  }`,
);
