import { type Intent, mapJobStatus, parseInstant, type StatusOverrides } from "@jobber-sync/core";
import type { ContactFields, JobFields, SyncChange } from "@jobber-sync/core/ports";
import type { ClientNode, JobNode, Nodes, PushObjectType } from "../documents/nodes.ts";

/** Where a node belongs in the store's order of writes. */
export interface NodePosition {
  readonly tenant: string;
  /** Drawn before the request that returned the node. */
  readonly sequence: number;
  readonly statusOverrides: StatusOverrides | undefined;
  /** The intent that changed the record, for handlers of changes. */
  readonly intent: Pick<Intent, "key" | "ref">;
}

/**
 * Returns the write of a record that Jobber returned; `undefined` for properties and visits, which
 * have none. Fields that the node does not have keep their stored value. Pure.
 */
export function mirrorChange(
  type: PushObjectType,
  node: Nodes[PushObjectType],
  { tenant, sequence, statusOverrides, intent }: NodePosition,
): SyncChange | undefined {
  const write = { tenant, mode: "replace", sequence } as const;
  // The name that the caller gave the object, or the key of the action.
  const origin = { cause: "push", ref: intent.ref ?? intent.key, submissions: [] } as const;
  if (type === "client") {
    const client = node as ClientNode;
    const sourceUpdatedAt = parseInstant(client.updatedAt);
    const contact = { ...write, sourceUpdatedAt, jobberClientId: client.id };
    return { ...origin, contacts: [{ ...contact, fields: contactFields(client) }], jobs: [] };
  }
  if (type !== "job") return undefined;
  const job = node as JobNode;
  const sourceUpdatedAt = parseInstant(job.updatedAt);
  const written = { ...write, sourceUpdatedAt, jobberJobId: job.id };
  const fields = jobFields(job, statusOverrides);
  return { ...origin, contacts: [], jobs: [{ ...written, fields }] };
}

function contactFields(client: ClientNode): Partial<ContactFields> {
  const { billingAddress: address } = client;
  const parts = {
    street: shown(address?.street),
    city: shown(address?.city),
    state: shown(address?.province),
    postalCode: shown(address?.postalCode),
    country: shown(address?.country),
  };
  const hasAddress = Object.values(parts).some((part) => part !== null);
  return {
    name: shown(client.name),
    firstName: shown(client.firstName),
    lastName: shown(client.lastName),
    companyName: shown(client.companyName),
    email: shown(client.email),
    phone: shown(client.phone),
    isCompany: client.isCompany,
    isLead: client.isLead,
    isArchived: client.isArchived,
    // Without a billing address the record shows the address of the only property.
    ...(hasAddress ? parts : {}),
    webUri: client.jobberWebUri,
    sourceCreatedAt: parseInstant(client.createdAt),
  };
}

function jobFields(job: JobNode, overrides: StatusOverrides | undefined): Partial<JobFields> {
  const completedAt = job.completedAt === null ? null : parseInstant(job.completedAt);
  return {
    jobNumber: job.jobNumber,
    jobType: job.jobType,
    title: shown(job.title),
    instructions: shown(job.instructions),
    ...mapJobStatus(job.jobStatus, { jobType: job.jobType, completedAt, overrides }),
    scheduledAt: job.startAt === null ? null : parseInstant(job.startAt),
    endsAt: job.endAt === null ? null : parseInstant(job.endAt),
    completedAt,
    jobberClientId: job.client.id,
    jobberPropertyId: job.property.id,
    total: job.total,
    webUri: job.jobberWebUri,
    sourceCreatedAt: parseInstant(job.createdAt),
  };
}

function shown(text: string | null | undefined): string | null {
  if (text === undefined || text === null || text.trim() === "") return null;
  return text.toWellFormed().replaceAll("\u0000", "\uFFFD");
}
