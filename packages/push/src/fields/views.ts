import type {
  AddressNode,
  ClientNode,
  JobNode,
  Nodes,
  PropertyNode,
  VisitNode,
} from "../documents/nodes.ts";
import {
  type SameValue,
  sameEmail,
  sameFlag,
  sameIds,
  samePhone,
  sameText,
  unpadded,
} from "./same-value.ts";
import { type Schedule, sameSchedule } from "./schedule.ts";

/** The parts of an address, in Jobber's two lines for the street. */
export interface AddressView {
  readonly street1: string | null;
  readonly street2: string | null;
  readonly city: string | null;
  /** State or province. */
  readonly state: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/** A contact as a form shows it. The address is the billing address. */
export interface ContactView extends AddressView {
  readonly firstName: string | null;
  readonly lastName: string | null;
  readonly companyName: string | null;
  readonly isCompany: boolean;
  /** The primary e-mail address. */
  readonly email: string | null;
  /** The primary phone number. */
  readonly phone: string | null;
  readonly isArchived: boolean;
}

/** A property as a form shows it. */
export interface PropertyView extends AddressView {
  readonly name: string | null;
}

/** A job as a form shows it. */
export interface JobView {
  readonly title: string | null;
  readonly instructions: string | null;
  readonly isClosed: boolean;
  /** Ids of its visits that are not complete. Only read for `close`. */
  readonly visits?: readonly string[];
}

/** A visit as a form shows it. */
export interface VisitView {
  readonly title: string | null;
  readonly instructions: string | null;
  readonly schedule: Schedule;
  /** Ids of the assigned users. */
  readonly assignedTo: readonly string[];
  readonly isComplete: boolean;
}

/** The views by object type. */
export interface Views {
  readonly client: ContactView;
  readonly property: PropertyView;
  readonly job: JobView;
  readonly visit: VisitView;
}

const ADDRESS = { street1: sameText, street2: sameText, city: sameText, state: sameText };
const ADDRESS_COMPARISONS = { ...ADDRESS, postalCode: sameText, country: sameText };

/** The comparison of every field, by object type. */
export const SAME: { readonly [T in keyof Views]: Readonly<Record<string, SameValue>> } = {
  client: {
    ...{ firstName: sameText, lastName: sameText, companyName: sameText, isCompany: sameFlag },
    ...{ email: sameEmail, phone: samePhone, isArchived: sameFlag, ...ADDRESS_COMPARISONS },
  },
  property: { name: sameText, ...ADDRESS_COMPARISONS },
  job: { title: sameText, instructions: sameText, isClosed: sameFlag, visits: within },
  visit: {
    ...{ title: sameText, instructions: sameText, schedule: sameSchedule },
    ...{ assignedTo: sameIds, isComplete: sameFlag },
  },
};

/** Whether every id is among those that the caller saw. */
function within(current: unknown, seen: unknown): boolean {
  const known = new Set((Array.isArray(seen) ? seen : []).map((id) => unpadded(String(id))));
  return (Array.isArray(current) ? current : []).every((id) => known.has(unpadded(String(id))));
}

/** Returns the fields of an object that Jobber returned. */
export function viewOf<T extends keyof Views>(type: T, node: Nodes[T]): Views[T] {
  const view: (node: Nodes[T]) => Views[T] = VIEWS[type];
  return view(node);
}

const VIEWS: { readonly [T in keyof Views]: (node: Nodes[T]) => Views[T] } = {
  client: (node: ClientNode) => ({
    firstName: shown(node.firstName),
    lastName: shown(node.lastName),
    companyName: shown(node.companyName),
    isCompany: node.isCompany,
    email: shown(node.email),
    phone: shown(node.phone),
    isArchived: node.isArchived,
    ...addressView(node.billingAddress),
  }),
  property: (node: PropertyNode) => ({ name: shown(node.name), ...addressView(node.address) }),
  job: (node: JobNode) => ({
    title: shown(node.title),
    instructions: shown(node.instructions),
    isClosed: isClosed(node),
    ...(node.visits === undefined
      ? {}
      : { visits: node.visits.nodes.filter((visit) => !visit.isComplete).map(({ id }) => id) }),
  }),
  visit: (node: VisitNode) => ({
    title: shown(node.title),
    instructions: shown(node.instructions),
    schedule: { start: node.startAt, end: node.endAt, allDay: node.allDay },
    assignedTo: node.assignedUsers?.nodes.map(({ id }) => id) ?? [],
    isComplete: node.isComplete,
  }),
};

/**
 * `jobClose` leads to `archived`, or to `requires_invoicing` while work is not invoiced. A contract
 * that is still running can show the latter too. See docs/jobber-facts.md#job-status.
 */
function isClosed({ jobStatus, completedAt }: JobNode): boolean {
  return jobStatus === "archived" || (jobStatus === "requires_invoicing" && completedAt !== null);
}

function addressView(address: AddressNode | null): AddressView {
  return {
    street1: shown(address?.street1),
    street2: shown(address?.street2),
    city: shown(address?.city),
    state: shown(address?.province),
    postalCode: shown(address?.postalCode),
    country: shown(address?.country),
  };
}

function shown(text: string | null | undefined): string | null {
  return text === undefined || text === null || text.trim() === "" ? null : text;
}
