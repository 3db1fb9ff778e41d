/** An address as Jobber returns it. */
export interface AddressNode {
  readonly street: string;
  readonly street1: string | null;
  readonly street2: string | null;
  readonly city: string | null;
  readonly province: string | null;
  readonly postalCode: string | null;
  readonly country: string | null;
}

/** A client as push reads it. */
export interface ClientNode {
  readonly id: string;
  readonly name: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly companyName: string | null;
  readonly isCompany: boolean;
  readonly isLead: boolean;
  readonly isArchived: boolean;
  readonly email: string | null;
  readonly phone: string | null;
  readonly emails: readonly {
    readonly id: string;
    readonly address: string;
    readonly primary: boolean;
  }[];
  readonly phones: readonly {
    readonly id: string;
    readonly number: string;
    readonly primary: boolean;
  }[];
  readonly billingAddress: AddressNode | null;
  readonly jobberWebUri: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  /** Only in the payload of `clientCreate`, and when properties are read. */
  readonly clientProperties?: { readonly nodes: readonly PropertyNode[] };
}

/** A property as push reads it. */
export interface PropertyNode {
  readonly id: string;
  readonly name: string | null;
  readonly address: AddressNode;
  readonly client: { readonly id: string } | null;
}

/** A job as push reads it. */
export interface JobNode {
  readonly id: string;
  readonly jobNumber: number;
  readonly jobType: string;
  readonly title: string | null;
  readonly instructions: string | null;
  readonly jobStatus: string;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly completedAt: string | null;
  readonly total: number;
  readonly jobberWebUri: string;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly client: { readonly id: string };
  readonly property: { readonly id: string };
  readonly visits?: { readonly nodes: readonly VisitNode[] };
}

/** A visit as push reads it. */
export interface VisitNode {
  readonly id: string;
  readonly title: string | null;
  readonly instructions: string | null;
  readonly startAt: string | null;
  readonly endAt: string | null;
  readonly allDay: boolean;
  readonly isComplete: boolean;
  readonly completedAt: string | null;
  readonly job: { readonly id: string };
  readonly assignedUsers: { readonly nodes: readonly { readonly id: string }[] } | null;
}

/** The nodes by object type. */
export interface Nodes {
  readonly client: ClientNode;
  readonly property: PropertyNode;
  readonly job: JobNode;
  readonly visit: VisitNode;
}

/** A type of object that push changes. */
export type PushObjectType = keyof Nodes;
