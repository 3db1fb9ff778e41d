/** A time as Jobber formats it: RFC 3339 in whole seconds, with `Z` or an offset. */
export type SimulatedTime = string;

/** An address, with Jobber's field names. */
export interface SimulatedAddress {
  readonly street: string;
  /** @default the street */
  readonly street1?: string | undefined;
  readonly street2?: string | undefined;
  readonly city: string | null;
  readonly province: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/** An e-mail address of a client. */
export interface SimulatedEmail {
  readonly id: string;
  readonly address: string;
  readonly primary: boolean;
  readonly description: string;
  /** Name of the contact person it belongs to; `null` for the client's own. */
  readonly contactName: string | null;
}

/** A phone number of a client. */
export interface SimulatedPhone {
  readonly id: string;
  readonly number: string;
  readonly primary: boolean;
  readonly smsAllowed: boolean;
  readonly description: string;
  /** Name of the contact person it belongs to; `null` for the client's own. */
  readonly contactName: string | null;
}

/** A note on a client or a job. */
export interface SimulatedNote {
  readonly id: string;
  readonly message: string;
  readonly createdAt: SimulatedTime;
}

/** A client. Missing names are empty strings, as in Jobber. */
export interface SimulatedClient {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName: string | null;
  readonly isCompany: boolean;
  /** The primary address among `emails`. Setting it replaces that entry. */
  readonly email: string | null;
  /** The primary number among `phones`. Setting it replaces that entry. */
  readonly phone: string | null;
  readonly emails: readonly SimulatedEmail[];
  readonly phones: readonly SimulatedPhone[];
  readonly notes: readonly SimulatedNote[];
  readonly isLead: boolean;
  readonly isArchived: boolean;
  readonly billingAddress: SimulatedAddress | null;
  readonly createdAt: SimulatedTime;
  readonly updatedAt: SimulatedTime;
}

/** A property. It has no `updatedAt`; see docs/jobber-facts.md#property-fields. */
export interface SimulatedProperty {
  readonly id: string;
  readonly clientId: string;
  readonly name: string | null;
  readonly address: SimulatedAddress;
  readonly createdAt: SimulatedTime;
}

/** A value of Jobber's `JobStatusTypeEnum`. */
export type SimulatedJobStatus =
  | "requires_invoicing"
  | "archived"
  | "late"
  | "today"
  | "upcoming"
  | "action_required"
  | "on_hold"
  | "unscheduled"
  | "active"
  | "expiring_within_30_days";

/** A job. */
export interface SimulatedJob {
  readonly id: string;
  readonly clientId: string;
  readonly propertyId: string;
  readonly jobNumber: number;
  readonly title: string | null;
  readonly instructions: string | null;
  readonly jobStatus: SimulatedJobStatus;
  readonly jobType: "ONE_OFF" | "RECURRING";
  readonly startAt: SimulatedTime | null;
  readonly endAt: SimulatedTime | null;
  readonly completedAt: SimulatedTime | null;
  /** Currency units. */
  readonly total: number;
  readonly notes: readonly SimulatedNote[];
  readonly createdAt: SimulatedTime;
  readonly updatedAt: SimulatedTime;
}

/** A visit of a job. It has no `updatedAt`; see docs/jobber-facts.md#visit-fields. */
export interface SimulatedVisit {
  readonly id: string;
  readonly jobId: string;
  readonly title: string | null;
  readonly instructions: string | null;
  readonly startAt: SimulatedTime | null;
  readonly endAt: SimulatedTime | null;
  readonly allDay: boolean;
  readonly assignedUserIds: readonly string[];
  readonly isComplete: boolean;
  readonly completedAt: SimulatedTime | null;
  readonly createdAt: SimulatedTime;
}

/** The record types by kind. */
export interface SimulatedRecords {
  readonly client: SimulatedClient;
  readonly property: SimulatedProperty;
  readonly job: SimulatedJob;
  readonly visit: SimulatedVisit;
}
