import type { ContactRecord, JobRecord, SyncReader } from "@jobber-sync/core";
import type {
  SimulatedAccount,
  SimulatedAddress,
  SimulatedClient,
  SimulatedJob,
} from "@jobber-sync/testing/simulator";

// From the specification, not from the code under test.
const STATUS: Readonly<Record<string, string>> = {
  requires_invoicing: "completed",
  late: "scheduled",
  today: "scheduled",
  upcoming: "scheduled",
  action_required: "on_hold",
  on_hold: "on_hold",
  unscheduled: "unscheduled",
  active: "in_progress",
  expiring_within_30_days: "in_progress",
};

/** Lists every difference between the tenant's records and Jobber's. */
export async function findDifferences(
  store: SyncReader,
  account: SimulatedAccount,
  tenant = "acme",
): Promise<readonly string[]> {
  const jobs = new Map((await all(store.jobs, tenant)).map((job) => [job.jobberJobId, job]));
  const contacts = new Map(
    (await all(store.contacts, tenant)).map((contact) => [contact.jobberClientId, contact]),
  );
  return [
    ...compare(account.all("job"), jobs, (job) => expectedJob(account, job)),
    ...compare(account.all("client"), contacts, (client) => expectedContact(account, client)),
  ];
}

function compare<S extends { readonly id: string }, R extends JobRecord | ContactRecord>(
  there: readonly S[],
  stored: ReadonlyMap<string, R>,
  expected: (record: S) => Partial<R>,
): readonly string[] {
  const differences: string[] = [];
  const ids = new Set(there.map(({ id }) => id));
  for (const [id, row] of stored)
    if (!ids.has(id) && row.deletedAt === null) differences.push(`${id} is not deleted`);
  for (const record of there) {
    const row = stored.get(record.id);
    if (row === undefined) differences.push(`${record.id} is missing`);
    else
      for (const [field, value] of Object.entries(expected(record)))
        if (row[field as keyof R] !== value)
          differences.push(`${record.id}.${field} is ${row[field as keyof R]}, not ${value}`);
  }
  return differences;
}

function expectedJob(account: SimulatedAccount, job: SimulatedJob): Partial<JobRecord> {
  const status =
    job.jobStatus === "archived"
      ? job.completedAt === null
        ? "cancelled"
        : "completed"
      : STATUS[job.jobStatus];
  return {
    title: job.title,
    jobNumber: job.jobNumber,
    jobType: job.jobType,
    instructions: job.instructions,
    jobberPropertyId: job.propertyId,
    jobberStatus: job.jobStatus,
    status: status as JobRecord["status"],
    total: job.total,
    scheduledAt: job.startAt === null ? null : inUtc(job.startAt),
    completedAt: job.completedAt,
    jobberClientId: job.clientId,
    sourceCreatedAt: job.createdAt,
    sourceUpdatedAt: job.updatedAt,
    deletedAt: null,
    ...expectedAddress(account.get("property", job.propertyId)?.address ?? null),
  };
}

function inUtc(time: string): string {
  return new Date(time).toISOString().replace(".000", "");
}

function expectedContact(
  account: SimulatedAccount,
  client: SimulatedClient,
): Partial<ContactRecord> {
  return {
    name: `${client.firstName} ${client.lastName}`,
    firstName: client.firstName,
    lastName: client.lastName,
    companyName: client.companyName,
    email: client.email,
    phone: client.phone,
    isCompany: client.isCompany,
    isLead: client.isLead,
    isArchived: client.isArchived,
    sourceCreatedAt: client.createdAt,
    sourceUpdatedAt: client.updatedAt,
    deletedAt: null,
    ...expectedAddress(client.billingAddress ?? onlyAddress(account, client)),
  };
}

function onlyAddress(account: SimulatedAccount, { id }: SimulatedClient): SimulatedAddress | null {
  const properties = account.all("property").filter(({ clientId }) => clientId === id);
  return properties.length === 1 ? (properties[0]?.address ?? null) : null;
}

function expectedAddress(address: SimulatedAddress | null) {
  return {
    street: address?.street ?? null,
    city: address?.city ?? null,
    state: address?.province ?? null,
    postalCode: address?.postalCode ?? null,
    country: address?.country ?? null,
  };
}

async function all<T>(
  read: (tenant: string, options: { limit: number; offset: number }) => Promise<readonly T[]>,
  tenant: string,
): Promise<readonly T[]> {
  const rows: T[] = [];
  for (;;) {
    const page = await read(tenant, { limit: 1000, offset: rows.length });
    rows.push(...page);
    if (page.length < 1000) return rows;
  }
}
