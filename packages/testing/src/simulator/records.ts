/** A point in time as Jobber prints it: RFC 3339, whole seconds, `Z` or an offset. */
export type SimulatedTime = string;

/** Address parts as Jobber has them. */
export interface SimulatedAddress {
  readonly street: string;
  readonly city: string | null;
  readonly province: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/** A client as Jobber holds it; our Contact. Names that are not given are empty text, as in Jobber. */
export interface SimulatedClient {
  readonly id: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName: string | null;
  readonly isCompany: boolean;
  readonly email: string | null;
  readonly phone: string | null;
  readonly isLead: boolean;
  readonly isArchived: boolean;
  readonly billingAddress: SimulatedAddress | null;
  readonly createdAt: SimulatedTime;
  readonly updatedAt: SimulatedTime;
}

/** A place where work is done. It has no `updatedAt` (F3.4). */
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

/** A job as Jobber holds it. */
export interface SimulatedJob {
  readonly id: string;
  readonly clientId: string;
  readonly propertyId: string;
  readonly jobNumber: number;
  readonly title: string | null;
  readonly instructions: string | null;
  readonly jobStatus: SimulatedJobStatus;
  readonly startAt: SimulatedTime | null;
  readonly endAt: SimulatedTime | null;
  readonly completedAt: SimulatedTime | null;
  /** Currency units. */
  readonly total: number;
  readonly createdAt: SimulatedTime;
  readonly updatedAt: SimulatedTime;
}

/** A visit of a job. It has no `updatedAt` (F3.5). */
export interface SimulatedVisit {
  readonly id: string;
  readonly jobId: string;
  readonly title: string | null;
  readonly startAt: SimulatedTime | null;
  readonly endAt: SimulatedTime | null;
  readonly isComplete: boolean;
  readonly completedAt: SimulatedTime | null;
  readonly createdAt: SimulatedTime;
}

/** The four kinds of record. */
export interface SimulatedRecords {
  readonly client: SimulatedClient;
  readonly property: SimulatedProperty;
  readonly job: SimulatedJob;
  readonly visit: SimulatedVisit;
}
