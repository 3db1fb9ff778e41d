/**
 * The part of Jobber's schema that the simulator implements: everything this library reads, and two
 * mutations, whose changes are sent as webhooks too. Names, types and nullability follow API
 * version 2026-07-27; a test compares them with Jobber's schema when that file is available.
 */
export const SIMULATOR_SDL = /* GraphQL */ `
  scalar EncodedId
  scalar ISO8601DateTime

  type Query {
    account: Account
    client(id: EncodedId!): Client
    clients(filter: ClientFilterAttributes, sort: ClientsSortInput, after: String, first: Int): ClientConnection!
    job(id: EncodedId!): Job
    jobs(sort: [JobsSortInput!], after: String, first: Int): JobConnection!
    property(id: EncodedId!): Property
    visit(id: EncodedId!): Visit
  }

  type Mutation {
    clientEdit(clientId: EncodedId!, input: ClientEditInput!): ClientEditPayload!
    jobEdit(jobId: EncodedId!, input: JobEditInput!): JobEditPayload!
  }

  type Account {
    id: EncodedId!
    name: String!
    createdAt: ISO8601DateTime!
  }

  type Client {
    id: EncodedId!
    name: String!
    firstName: String!
    lastName: String!
    companyName: String
    isCompany: Boolean!
    email: String
    phone: String
    isLead: Boolean!
    isArchived: Boolean!
    billingAddress: ClientAddress
    clientProperties(after: String, first: Int): PropertyConnection!
    jobs(after: String, first: Int): JobConnection!
    jobberWebUri: String!
    createdAt: ISO8601DateTime!
    updatedAt: ISO8601DateTime!
  }

  type ClientAddress {
    street: String!
    city: String!
    province: String!
    postalCode: String!
    country: String!
  }

  type Property {
    id: EncodedId!
    name: String
    address: PropertyAddress!
    client: Client
    jobs(after: String, first: Int): JobConnection!
    jobberWebUri: String!
    createdAt: ISO8601DateTime!
  }

  type PropertyAddress {
    id: EncodedId!
    street: String!
    city: String
    province: String
    postalCode: String
    country: String
  }

  type Job {
    id: EncodedId!
    jobNumber: Int!
    title: String
    instructions: String
    jobStatus: JobStatusTypeEnum!
    jobType: JobTypeTypeEnum!
    startAt: ISO8601DateTime
    endAt: ISO8601DateTime
    completedAt: ISO8601DateTime
    total: Float!
    client: Client!
    property: Property!
    visits(after: String, first: Int): VisitConnection!
    jobberWebUri: String!
    createdAt: ISO8601DateTime!
    updatedAt: ISO8601DateTime!
  }

  type Visit {
    id: EncodedId!
    title: String
    startAt: ISO8601DateTime
    endAt: ISO8601DateTime
    isComplete: Boolean!
    completedAt: ISO8601DateTime
    client: Client!
    property: Property!
    job: Job!
    createdAt: ISO8601DateTime!
  }

  type PageInfo {
    endCursor: String
    hasNextPage: Boolean!
  }
  type JobEdge {
    cursor: String!
    node: Job!
  }
  type JobConnection {
    edges: [JobEdge!]
    nodes: [Job!]!
    pageInfo: PageInfo!
  }
  type ClientEdge {
    cursor: String!
    node: Client!
  }
  type ClientConnection {
    edges: [ClientEdge!]
    nodes: [Client!]!
    pageInfo: PageInfo!
  }
  type PropertyConnection {
    nodes: [Property!]!
    pageInfo: PageInfo!
  }
  type VisitConnection {
    nodes: [Visit!]!
    pageInfo: PageInfo!
  }

  enum JobTypeTypeEnum {
    ONE_OFF
    RECURRING
  }

  enum JobStatusTypeEnum {
    requires_invoicing
    archived
    late
    today
    upcoming
    action_required
    on_hold
    unscheduled
    active
    expiring_within_30_days
  }

  enum SortDirectionEnum {
    ASCENDING
    DESCENDING
  }
  enum JobSortKey {
    UPDATED_AT
    JOB_NUMBER
  }
  input JobsSortInput {
    key: JobSortKey!
    direction: SortDirectionEnum!
  }
  enum ClientsSortKey {
    PRIMARY_NAME
    UPDATED_AT
  }
  input ClientsSortInput {
    key: ClientsSortKey!
    direction: SortDirectionEnum!
  }
  input Iso8601DateTimeRangeInput {
    before: ISO8601DateTime
    after: ISO8601DateTime
    eq: ISO8601DateTime
  }
  input ClientFilterAttributes {
    isLead: Boolean
    isArchived: Boolean
    updatedAt: Iso8601DateTimeRangeInput
    createdAt: Iso8601DateTimeRangeInput
  }

  input ClientEditInput {
    firstName: String
    lastName: String
    companyName: String
  }
  input JobEditInput {
    title: String
    instructions: String
  }
  type MutationErrors {
    message: String!
    path: [String!]!
  }
  type ClientEditPayload {
    client: Client
    userErrors: [MutationErrors!]!
  }
  type JobEditPayload {
    job: Job
    userErrors: [MutationErrors!]!
  }
`;
