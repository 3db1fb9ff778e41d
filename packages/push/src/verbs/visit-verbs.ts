import type { VisitNode } from "../documents/nodes.ts";
import {
  ASSIGN_VISIT_DOCUMENT,
  COMPLETE_VISIT_DOCUMENT,
  CREATE_VISIT_DOCUMENT,
  DELETE_VISIT_DOCUMENT,
  SCHEDULE_VISIT_DOCUMENT,
  UNCOMPLETE_VISIT_DOCUMENT,
} from "../documents/visit-document.ts";
import { type LocalSchedule, localDateTime } from "../fields/schedule.ts";
import type { CreateVerb, EditVerb, Payload } from "./verb.ts";

export const VISIT_CREATE: CreateVerb<"visit"> = {
  kind: "create",
  objectType: "visit",
  root: "visitCreate",
  document: CREATE_VISIT_DOCUMENT,
  hasMarker: true,
  node: ({ createdVisits }) => (createdVisits as readonly VisitNode[] | undefined)?.[0] ?? null,
  variables({ wanted, parentId, marker }) {
    const { title, instructions, schedule, assignedTo, notifyTeam } = wanted;
    const text = typeof instructions === "string" ? `${instructions}\n${marker}` : marker;
    return {
      jobId: parentId,
      input: {
        visits: [
          {
            ...(title === undefined ? {} : { title }),
            instructions: text,
            schedule: {
              ...(schedule === undefined ? {} : times(schedule as LocalSchedule)),
              ...(assignedTo === undefined ? {} : { teamMemberIdsToAssign: assignedTo }),
              notifyTeam: notifyTeam === true,
            },
          },
        ],
      },
    };
  },
};

const VISIT_EDIT = {
  kind: "edit",
  objectType: "visit",
  node: visitOf,
  confirmation: () => null,
} as const;

export const VISIT_SCHEDULE: EditVerb<"visit"> = {
  ...VISIT_EDIT,
  root: "visitEditSchedule",
  document: SCHEDULE_VISIT_DOCUMENT,
  variables: ({ id, wanted }) => ({ id, input: times(wanted.schedule as LocalSchedule) }),
};

export const VISIT_ASSIGN: EditVerb<"visit"> = {
  ...VISIT_EDIT,
  root: "visitEditAssignedUsers",
  document: ASSIGN_VISIT_DOCUMENT,
  variables: ({ id, wanted }) => ({
    visitId: id,
    input: { assignedUserIds: wanted.assignedTo },
  }),
};

export const VISIT_COMPLETE: EditVerb<"visit"> = {
  ...VISIT_EDIT,
  root: "visitComplete",
  document: COMPLETE_VISIT_DOCUMENT,
  unseen: true,
  variables: ({ id }) => ({ visitId: id }),
};

export const VISIT_UNCOMPLETE: EditVerb<"visit"> = {
  ...VISIT_EDIT,
  root: "visitUncomplete",
  document: UNCOMPLETE_VISIT_DOCUMENT,
  unseen: true,
  variables: ({ id }) => ({ visitId: id }),
};

export const VISIT_DELETE: EditVerb<"visit"> = {
  ...VISIT_EDIT,
  root: "visitDelete",
  document: DELETE_VISIT_DOCUMENT,
  deletes: true,
  guards: ["schedule"],
  confirmation: () => "delete",
  node: () => null,
  variables: ({ id }) => ({ visitIds: [id] }),
};

function visitOf(payload: Payload): VisitNode | null {
  return (payload.visit as VisitNode | null | undefined) ?? null;
}

function times({ start, end, timeZone }: LocalSchedule) {
  return { startAt: localDateTime(start, timeZone), endAt: localDateTime(end, timeZone) };
}
