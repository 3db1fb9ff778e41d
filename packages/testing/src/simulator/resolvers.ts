import { GraphQLError, type GraphQLFieldResolver, type GraphQLResolveInfo } from "graphql";
import { encodedId } from "../ids/encoded-id.ts";
import type { SimulatedKind } from "./account.ts";
import { CLIENT_MUTATIONS } from "./client-mutations.ts";
import { connection, type PageArguments } from "./connection.ts";
import { clientName, rowsBelow, type Sort, sorted } from "./derived-rows.ts";
import { ENTRY_RESOLVERS } from "./entry-resolvers.ts";
import { JOB_MUTATIONS } from "./job-mutations.ts";
import type { ReadView, Resolver } from "./read-view.ts";
import type {
  SimulatedAddress,
  SimulatedClient,
  SimulatedJob,
  SimulatedProperty,
  SimulatedRecords,
  SimulatedVisit,
} from "./records.ts";
import { VISIT_MUTATIONS } from "./visit-mutations.ts";

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
  <K extends SimulatedKind>(kind: K, parentOf: (record: SimulatedRecords[K]) => string): Resolver =>
  (source: { readonly id: string }, args: PageArguments, { tables, at }) =>
    connection(rowsBelow(tables[kind].list(at), source.id, parentOf), args);

const RESOLVERS: Readonly<Record<string, Resolver>> = {
  "Query.account": (_source, _args, { account }) => account,
  "Query.client": byId("client"),
  "Query.job": byId("job"),
  "Query.property": byId("property"),
  "Query.visit": byId("visit"),
  "Query.clients": (
    _source,
    { filter, sort, ...page }: PageArguments & { filter?: ClientFilter | null; sort?: Sort },
    { tables, indexAt },
  ) =>
    connection(
      sorted(
        filter && Object.keys(filter).length > 0
          ? tables.client.list(indexAt).filter((client) => matches(client, filter))
          : tables.client.list(indexAt),
        sort,
      ),
      page,
    ),
  "Query.jobs": (
    _source,
    {
      filter,
      sort,
      ...page
    }: PageArguments & { filter?: Pick<ClientFilter, "createdAt"> | null; sort?: readonly Sort[] },
    { tables, indexAt },
  ) =>
    connection(
      sorted(
        filter?.createdAt
          ? tables.job.list(indexAt).filter(({ createdAt }) => within(createdAt, filter.createdAt))
          : tables.job.list(indexAt),
        sort?.[0],
      ),
      page,
    ),
  ...ENTRY_RESOLVERS,
  ...mutationResolvers(),
  "Client.name": clientName,
  "Client.jobberWebUri": ({ id }: SimulatedClient) => webUri("clients", id),
  "Client.billingAddress": ({ billingAddress }: SimulatedClient) => filled(billingAddress),
  "Client.clientProperties": listOf("property", ({ clientId }) => clientId),
  "Client.jobs": listOf("job", ({ clientId }) => clientId),
  "Client.notes": ({ notes }: SimulatedClient, page: PageArguments) => connection(notes, page),
  "PropertyAddress.street1": ({ street, street1 }: SimulatedAddress) => street1 ?? street,
  "Job.notes": ({ notes }: SimulatedJob, page: PageArguments) =>
    connection(
      notes.map((note) => ({ ...note, __typename: "JobNote" })),
      page,
    ),
  "Visit.assignedUsers": ({ assignedUserIds }: SimulatedVisit, page: PageArguments) =>
    connection(
      assignedUserIds.map((id) => ({ id })),
      page,
    ),
  "Property.client": related("client", ({ clientId }: SimulatedProperty) => clientId),
  "Property.jobs": listOf("job", ({ propertyId }) => propertyId),
  "Property.jobberWebUri": ({ id }: SimulatedProperty) => webUri("properties", id),
  "PropertyAddress.id": () => encodedId("PropertyAddress", 1),
  "Job.client": related("client", ({ clientId }: SimulatedJob) => clientId),
  "Job.property": related("property", ({ propertyId }: SimulatedJob) => propertyId),
  "Job.visits": listOf("visit", ({ jobId }) => jobId),
  "Job.jobberWebUri": ({ id }: SimulatedJob) => webUri("jobs", id),
  "Visit.job": related("job", ({ jobId }: SimulatedVisit) => jobId),
  "Visit.client": ({ jobId }: SimulatedVisit, _args, { tables, at }) =>
    tables.client.read(tables.job.read(jobId, at)?.clientId ?? "", at),
  "Visit.property": ({ jobId }: SimulatedVisit, _args, { tables, at }) =>
    tables.property.read(tables.job.read(jobId, at)?.propertyId ?? "", at),
};

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
  const { street, street1, street2, ...rest } = address;
  const parts = { street, street1: street1 ?? street, street2, ...rest };
  return Object.fromEntries(Object.entries(parts).map(([name, value]) => [name, value ?? ""]));
}

function mutationResolvers(): Readonly<Record<string, Resolver>> {
  const mutations = { ...CLIENT_MUTATIONS, ...JOB_MUTATIONS, ...VISIT_MUTATIONS };
  return Object.fromEntries(
    Object.entries(mutations).map(([name, mutate]) => [
      `Mutation.${name}`,
      (_source: never, args: object, { account, asApp, now }: ReadView) =>
        asApp(() => mutate(args, account, now)),
    ]),
  );
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
