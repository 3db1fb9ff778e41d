import { GraphQLError, type GraphQLFieldResolver, type GraphQLResolveInfo } from "graphql";
import { encodedId } from "../ids/encoded-id.ts";
import type { AccountTables, SimulatedAccount, SimulatedKind } from "./account.ts";
import type {
  SimulatedAddress,
  SimulatedClient,
  SimulatedJob,
  SimulatedProperty,
  SimulatedRecords,
  SimulatedVisit,
} from "./records.ts";

/** The reading side of an account's tables. */
export type ReadableTables = {
  readonly [K in SimulatedKind]: Pick<AccountTables[K], "read" | "list">;
};

/** The view of an account that one request reads. */
export interface ReadView {
  readonly account: SimulatedAccount;
  /** The records that reads find. */
  readonly tables: ReadableTables;
  /** The time that the replica has reached. Milliseconds since 1970. */
  readonly at: number;
}

interface PageArguments {
  readonly first?: number;
  readonly after?: string;
}
interface Sort {
  readonly key: string;
  readonly direction: "ASCENDING" | "DESCENDING";
}
interface TimeRange {
  readonly before?: string;
  readonly after?: string;
  readonly eq?: string;
}
type ClientFilter = {
  readonly isLead?: boolean;
  readonly isArchived?: boolean;
  readonly updatedAt?: TimeRange | null;
  readonly createdAt?: TimeRange | null;
};
// biome-ignore lint/suspicious/noExplicitAny: one table holds the resolvers of every type; each names its own arguments
type Resolver = (source: never, args: any, view: ReadView) => unknown;

/**
 * Resolves a field from the account. Hidden fields fail with Jobber's messages; see
 * docs/jobber-facts.md#api-errors.
 */
export const resolveField: GraphQLFieldResolver<unknown, ReadView> = (source, args, view, info) => {
  rejectHidden(info, view.account.conditions.hidden);
  const resolver = RESOLVERS[`${info.parentType.name}.${info.fieldName}`];
  if (resolver !== undefined) return resolver(source as never, args, view);
  return (source as Readonly<Record<string, unknown>>)[info.fieldName];
};

function rejectHidden(
  { parentType, fieldName }: GraphQLResolveInfo,
  hidden: ReadonlySet<string>,
): void {
  if (hidden.has(`${parentType.name}.${fieldName}`)) {
    throw new GraphQLError(
      `The field ${fieldName} on an object of type ${parentType.name} was hidden due to permissions`,
    );
  }
  if (hidden.has(parentType.name)) {
    throw new GraphQLError(`An object of type ${parentType.name} was hidden due to permissions`);
  }
}

const byId =
  (kind: SimulatedKind): Resolver =>
  (_source, { id }: { readonly id: string }, { tables, at }) =>
    tables[kind].read(id, at);

const related =
  <S>(kind: SimulatedKind, idOf: (source: S) => string): Resolver =>
  (source, _args, { tables, at }) =>
    // Falls back to the current parent: a missing one would violate the schema's non-null types.
    tables[kind].read(idOf(source as S), at) ??
    tables[kind].read(idOf(source as S), Number.POSITIVE_INFINITY);

const listOf =
  <S, K extends SimulatedKind>(
    kind: K,
    belongs: (record: SimulatedRecords[K], source: S) => boolean,
  ): Resolver =>
  (source, args: PageArguments, { tables, at }) =>
    connection(
      tables[kind].list(at).filter((record) => belongs(record, source as S)),
      args,
    );

const RESOLVERS: Readonly<Record<string, Resolver>> = {
  "Query.account": (_source, _args, { account }) => account,
  "Query.client": byId("client"),
  "Query.job": byId("job"),
  "Query.property": byId("property"),
  "Query.visit": byId("visit"),
  "Query.clients": (
    _source,
    { filter, sort, ...page }: PageArguments & { filter?: ClientFilter | null; sort?: Sort },
    { tables, at },
  ) =>
    connection(
      sorted(
        tables.client.list(at).filter((client) => matches(client, filter ?? {})),
        sort,
      ),
      page,
    ),
  "Query.jobs": (
    _source,
    { sort, ...page }: PageArguments & { sort?: readonly Sort[] },
    { tables, at },
  ) => connection(sorted(tables.job.list(at), sort?.[0]), page),
  "Mutation.clientEdit": (
    _source,
    { clientId, input }: { clientId: string; input: Partial<SimulatedClient> },
    { account },
  ) => edited(account, "client", clientId, input),
  "Mutation.jobEdit": (
    _source,
    { jobId, input }: { jobId: string; input: Partial<SimulatedJob> },
    { account },
  ) => edited(account, "job", jobId, input),
  "Client.name": clientName,
  "Client.jobberWebUri": ({ id }: SimulatedClient) => webUri("clients", id),
  "Client.billingAddress": ({ billingAddress }: SimulatedClient) => filled(billingAddress),
  "Client.clientProperties": listOf(
    "property",
    (property, client: SimulatedClient) => property.clientId === client.id,
  ),
  "Client.jobs": listOf("job", (job, client: SimulatedClient) => job.clientId === client.id),
  "Property.client": related("client", ({ clientId }: SimulatedProperty) => clientId),
  "Property.jobs": listOf(
    "job",
    (job, property: SimulatedProperty) => job.propertyId === property.id,
  ),
  "Property.jobberWebUri": ({ id }: SimulatedProperty) => webUri("properties", id),
  "PropertyAddress.id": () => encodedId("PropertyAddress", 1),
  "Job.client": related("client", ({ clientId }: SimulatedJob) => clientId),
  "Job.property": related("property", ({ propertyId }: SimulatedJob) => propertyId),
  "Job.visits": listOf("visit", (visit, job: SimulatedJob) => visit.jobId === job.id),
  "Job.jobberWebUri": ({ id }: SimulatedJob) => webUri("jobs", id),
  "Visit.job": related("job", ({ jobId }: SimulatedVisit) => jobId),
  "Visit.client": ({ jobId }: SimulatedVisit, _args, { tables, at }) =>
    tables.client.read(tables.job.read(jobId, at)?.clientId ?? "", at),
  "Visit.property": ({ jobId }: SimulatedVisit, _args, { tables, at }) =>
    tables.property.read(tables.job.read(jobId, at)?.propertyId ?? "", at),
};

/** Returns Jobber's primary name of a client: the company's name for a company. */
function clientName({ isCompany, companyName, firstName, lastName }: SimulatedClient): string {
  const person = `${firstName} ${lastName}`.trim();
  return (isCompany ? companyName || person : person || companyName) ?? "";
}

/**
 * Returns the address of a record in Jobber's web application, which contains the number encoded in
 * the id.
 */
function webUri(path: string, id: string): string {
  const number = Buffer.from(id, "base64").toString("latin1").split("/").at(-1);
  return `https://secure.getjobber.com/${path}/${number}`;
}

/**
 * Replaces null with empty strings: the fields of a client's address are non-null, those of a
 * property's are not.
 */
function filled(address: SimulatedAddress | null): Record<string, string> | null {
  if (address === null) return null;
  return Object.fromEntries(Object.entries(address).map(([name, value]) => [name, value ?? ""]));
}

function edited(
  account: SimulatedAccount,
  kind: "client" | "job",
  id: string,
  input: object,
): object {
  if (account.get(kind, id) === null) {
    return { [kind]: null, userErrors: [{ message: `${kind} not found`, path: [`${kind}Id`] }] };
  }
  return { [kind]: account.update(kind, id, input), userErrors: [] };
}

function connection(
  rows: readonly { readonly id: string }[],
  { first = 100, after }: PageArguments,
): object {
  // The cursor is an offset: a record that moves between two pages is read twice or not at all.
  const start =
    after === undefined || after === null
      ? 0
      : Number(Buffer.from(after, "base64").toString("latin1"));
  const nodes = rows.slice(start, start + first);
  const cursorAt = (index: number): string => Buffer.from(String(index)).toString("base64");
  return {
    nodes,
    edges: nodes.map((node, index) => ({ node, cursor: cursorAt(start + index + 1) })),
    pageInfo: {
      endCursor: nodes.length === 0 ? null : cursorAt(start + nodes.length),
      hasNextPage: start + nodes.length < rows.length,
    },
  };
}

function sorted<T extends SimulatedClient | SimulatedJob>(
  rows: readonly T[],
  sort: Sort | undefined,
): T[] {
  const sign = sort?.direction === "DESCENDING" ? -1 : 1;
  const keyOf = (row: T): string | number =>
    sort?.key === "JOB_NUMBER" && "jobNumber" in row
      ? row.jobNumber
      : sort?.key === "PRIMARY_NAME" && "firstName" in row
        ? clientName(row)
        : Date.parse(row.updatedAt);
  if (sort === undefined || sort === null) return [...rows];
  return rows.toSorted((a, b) => (keyOf(a) < keyOf(b) ? -sign : keyOf(a) > keyOf(b) ? sign : 0));
}

function matches(
  client: SimulatedClient,
  { isLead, isArchived, updatedAt, createdAt }: ClientFilter,
): boolean {
  return (
    (isLead ?? client.isLead) === client.isLead &&
    (isArchived ?? client.isArchived) === client.isArchived &&
    within(client.updatedAt, updatedAt) &&
    within(client.createdAt, createdAt)
  );
}

function within(time: string, range: TimeRange | null | undefined): boolean {
  const { before, after, eq } = range ?? {};
  const ms = Date.parse(time);
  return (
    (before === undefined || ms <= Date.parse(before)) &&
    (after === undefined || ms >= Date.parse(after)) &&
    (eq === undefined || ms === Date.parse(eq))
  );
}
