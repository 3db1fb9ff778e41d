import {
  CLOSE_JOB_DOCUMENT,
  CREATE_JOB_DOCUMENT,
  EDIT_JOB_DOCUMENT,
  NOTE_ON_JOB_DOCUMENT,
  REOPEN_JOB_DOCUMENT,
} from "../documents/job-document.ts";
import type { JobNode } from "../documents/nodes.ts";
import type { CreateVerb, EditVerb, Payload } from "./verb.ts";

export const JOB_CREATE: CreateVerb<"job"> = {
  kind: "create",
  objectType: "job",
  root: "jobCreate",
  document: CREATE_JOB_DOCUMENT,
  hasMarker: true,
  node: jobOf,
  variables({ wanted, parentId, marker }) {
    const { invoicing, ...fields } = wanted;
    const { type, schedule, recurrence } = invoicing as Readonly<Record<string, unknown>>;
    return {
      input: {
        propertyId: parentId,
        ...fields,
        invoicing: {
          invoicingType: type,
          invoicingSchedule: schedule,
          ...(recurrence === undefined ? {} : { recurrence }),
        },
        notes: [{ message: marker }],
      },
    };
  },
};

export const JOB_EDIT: EditVerb<"job"> = {
  kind: "edit",
  objectType: "job",
  root: "jobEdit",
  document: EDIT_JOB_DOCUMENT,
  node: jobOf,
  confirmation: (wanted) => ("instructions" in wanted ? "visits" : null),
  variables: ({ id, changed }) => ({
    jobId: id,
    input: Object.fromEntries(Object.entries(changed).map(([name, value]) => [name, value ?? ""])),
  }),
};

export const JOB_CLOSE: EditVerb<"job"> = {
  ...JOB_EDIT,
  root: "jobClose",
  document: CLOSE_JOB_DOCUMENT,
  unseen: true,
  guards: ["visits"],
  confirmation: () => "close",
  variables: ({ id, wanted }) => ({
    jobId: id,
    input: {
      modifyIncompleteVisitsBy:
        wanted.incompleteVisits === "destroy" ? "DESTROY_ALL" : "COMPLETE_PAST_DESTROY_FUTURE",
    },
  }),
};

export const JOB_REOPEN: EditVerb<"job"> = {
  ...JOB_EDIT,
  root: "jobReopen",
  document: REOPEN_JOB_DOCUMENT,
  unseen: true,
  confirmation: () => null,
  variables: ({ id }) => ({ jobId: id }),
};

export const JOB_NOTE: CreateVerb<"job"> = {
  kind: "create",
  objectType: "job",
  root: "jobCreateNote",
  document: NOTE_ON_JOB_DOCUMENT,
  hasMarker: true,
  node: jobOf,
  variables: ({ wanted, parentId, marker }) => ({
    jobId: parentId,
    input: { message: `${wanted.message}\n${marker}` },
  }),
};

function jobOf(payload: Payload): JobNode | null {
  return (payload.job as JobNode | null | undefined) ?? null;
}
