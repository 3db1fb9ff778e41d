import {
  CONTACT_ARCHIVE,
  CONTACT_CREATE,
  CONTACT_EDIT,
  CONTACT_NOTE,
  CONTACT_UNARCHIVE,
} from "./contact-verbs.ts";
import { JOB_CLOSE, JOB_CREATE, JOB_EDIT, JOB_NOTE, JOB_REOPEN } from "./job-verbs.ts";
import { PROPERTY_CREATE, PROPERTY_EDIT } from "./property-verbs.ts";
import type { Verb } from "./verb.ts";
import {
  VISIT_ASSIGN,
  VISIT_COMPLETE,
  VISIT_CREATE,
  VISIT_DELETE,
  VISIT_SCHEDULE,
  VISIT_UNCOMPLETE,
} from "./visit-verbs.ts";

/** Every operation that can be pushed: its mutation, and the state that it wants. */
export const VERBS = {
  "contact.create": CONTACT_CREATE,
  "contact.edit": CONTACT_EDIT,
  "contact.archive": CONTACT_ARCHIVE,
  "contact.unarchive": CONTACT_UNARCHIVE,
  "contact.note": CONTACT_NOTE,
  "property.create": PROPERTY_CREATE,
  "property.edit": PROPERTY_EDIT,
  "job.create": JOB_CREATE,
  "job.edit": JOB_EDIT,
  "job.close": JOB_CLOSE,
  "job.reopen": JOB_REOPEN,
  "job.note": JOB_NOTE,
  "visit.create": VISIT_CREATE,
  "visit.schedule": VISIT_SCHEDULE,
  "visit.assign": VISIT_ASSIGN,
  "visit.complete": VISIT_COMPLETE,
  "visit.uncomplete": VISIT_UNCOMPLETE,
  "visit.delete": VISIT_DELETE,
} as const satisfies Readonly<Record<string, Verb>>;

/** The name of an operation. */
export type VerbName = keyof typeof VERBS;

/** Returns the operation of a stored intent; `undefined` for one of a newer release. */
export function verbOf(name: string): Verb | undefined {
  return Object.hasOwn(VERBS, name) ? VERBS[name as VerbName] : undefined;
}
