import { CLIENT_NOTES_DOCUMENT, CLIENT_PROPERTIES_DOCUMENT } from "../documents/client-document.ts";
import { JOB_NOTES_DOCUMENT, JOBS_SINCE_DOCUMENT } from "../documents/job-document.ts";
import type { JobNode, PropertyNode } from "../documents/nodes.ts";
import { unpadded } from "../fields/same-value.ts";
import { SAME, viewOf } from "../fields/views.ts";
import { ADDRESS_FIELDS } from "../verbs/address-input.ts";
import type { Ask } from "./ask.ts";
import { readVisits } from "./read-object.ts";
import { walkPages } from "./walk-pages.ts";

type Values = Readonly<Record<string, unknown>>;

/** The object that a create may have made. */
export interface CreatedQuery {
  readonly wanted: Values;
  readonly parentId: string;
  readonly marker: string;
  /** RFC 3339. */
  readonly since: string;
}

/** Returns the ids of the objects that an earlier send of the create has made. */
export type FindCreated = (ask: Ask, query: CreatedQuery) => Promise<readonly string[]>;

/** Finds a contact's property by its address, which identifies it. */
export const findProperty: FindCreated = async (ask, { wanted, parentId }) => {
  const nodes = await walkPages<PropertyNode>(
    ask,
    CLIENT_PROPERTIES_DOCUMENT,
    { id: parentId },
    (data) => data.client?.clientProperties,
  );
  return nodes.filter((node) => hasAddress(node, wanted)).map(({ id }) => id);
};

/** Walks the jobs created since a time and finds the one whose notes contain the marker. */
export const findJob: FindCreated = async (ask, { parentId, marker, since }) => {
  const listed = await walkPages<Pick<JobNode, "id" | "property">>(
    ask,
    JOBS_SINCE_DOCUMENT,
    { since },
    (data) => data.jobs as never,
  );
  const found = new Set<string>();
  for (const { id, property } of listed) {
    if (unpadded(property.id) !== unpadded(parentId)) continue;
    if ((await findJobNote(ask, { wanted: {}, parentId: id, marker, since })).length > 0)
      found.add(id);
  }
  return [...found];
};

/** Finds the visit of a job whose instructions contain the marker. */
export const findVisit: FindCreated = async (ask, { parentId, marker }) => {
  const visits = await readVisits(ask, parentId);
  return visits.filter(({ instructions }) => instructions?.includes(marker)).map(({ id }) => id);
};

/** Finds a note of a client that contains the marker. Returns the client's id for each. */
export const findClientNote: FindCreated = async (ask, { parentId, marker }) => {
  const notes = await walkPages<{ readonly message?: string }>(
    ask,
    CLIENT_NOTES_DOCUMENT,
    { id: parentId },
    (data) => data.client?.notes,
  );
  return notes.filter(({ message }) => message?.includes(marker)).map(() => parentId);
};

/** Finds a note of a job that contains the marker. Returns the job's id for each. */
export const findJobNote: FindCreated = async (ask, { parentId, marker }) => {
  const notes = await walkPages<{ readonly message?: string }>(
    ask,
    JOB_NOTES_DOCUMENT,
    { id: parentId },
    (data) => data.job?.notes,
  );
  return notes.filter(({ message }) => message?.includes(marker)).map(() => parentId);
};

/** Whether a property has the address that was to be created. */
function hasAddress(node: PropertyNode, wanted: Values): boolean {
  const view = viewOf("property", node) as unknown as Values;
  return ADDRESS_FIELDS.every((field) => SAME.property[field]?.(view[field], wanted[field]));
}
