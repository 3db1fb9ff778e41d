import { MUTATIONS_SDL } from "./mutations-schema.ts";

const QUERIES_SDL = /* GraphQL */ `
  scalar EncodedId
  scalar ISO8601DateTime
  scalar ISO8601Date
  scalar ISO8601Time
  scalar Timezone
  scalar ICalendarRule

  type Query {
    account: Account
    client(id: EncodedId!): Client
    clients(filter: ClientFilterAttributes, sort: ClientsSortInput, after: String, first: Int): ClientConnection!
    job(id: EncodedId!): Job
    clientEmails(searchTerm: String, after: String, first: Int): EmailConnection!
    clientPhones(searchTerm: String, after: String, first: Int): ClientPhoneNumberConnection!
    jobs(filter: JobFilterAttributes, sort: [JobsSortInput!], after: String, first: Int): JobConnection!
    property(id: EncodedId!): Property
    visit(id: EncodedId!): Visit
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
    emails: [Email!]!
    phones: [ClientPhoneNumber!]!
    isLead: Boolean!
    isArchived: Boolean!
    billingAddress: ClientAddress
    clientProperties(after: String, first: Int): PropertyConnection!
    jobs(after: String, first: Int): JobConnection!
    notes(after: String, first: Int): ClientNoteConnection!
    jobberWebUri: String!
    createdAt: ISO8601DateTime!
    updatedAt: ISO8601DateTime!
  }

  type Email {
    id: EncodedId!
    address: String!
    primary: Boolean!
    description: String!
    client: Client!
    contact: ContactModel
  }

  type ClientPhoneNumber {
    id: EncodedId!
    number: String!
    friendly: String!
    normalizedPhoneNumber: String
    primary: Boolean!
    smsAllowed: Boolean!
    description: String!
    client: Client!
    contact: ContactModel
  }

  type ContactModel {
    id: EncodedId!
    name: String
  }

  type ClientNote {
    id: EncodedId!
    message: String!
    createdAt: ISO8601DateTime!
  }

  type JobNote {
    id: EncodedId!
    message: String!
    createdAt: ISO8601DateTime!
  }

  union JobNoteUnion = ClientNote | JobNote

  type ClientAddress {
    street: String!
    street1: String!
    street2: String!
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
    street1: String
    street2: String
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
    notes(after: String, first: Int): JobNoteUnionConnection!
    jobberWebUri: String!
    createdAt: ISO8601DateTime!
    updatedAt: ISO8601DateTime!
  }

  type Visit {
    id: EncodedId!
    title: String
    instructions: String
    startAt: ISO8601DateTime
    endAt: ISO8601DateTime
    allDay: Boolean!
    assignedUsers(after: String, first: Int): UserConnection
    isComplete: Boolean!
    completedAt: ISO8601DateTime
    client: Client!
    property: Property!
    job: Job!
    createdAt: ISO8601DateTime!
  }

  type User {
    id: EncodedId!
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
  input JobFilterAttributes {
    createdAt: Iso8601DateTimeRangeInput
  }
  input ClientFilterAttributes {
    isLead: Boolean
    isArchived: Boolean
    updatedAt: Iso8601DateTimeRangeInput
    createdAt: Iso8601DateTimeRangeInput
  }
  type EmailConnection {
    nodes: [Email!]!
    pageInfo: PageInfo!
  }
  type ClientPhoneNumberConnection {
    nodes: [ClientPhoneNumber!]!
    pageInfo: PageInfo!
  }
  type ClientNoteConnection {
    nodes: [ClientNote!]!
    pageInfo: PageInfo!
  }
  type JobNoteUnionConnection {
    nodes: [JobNoteUnion!]!
    pageInfo: PageInfo!
  }
  type UserConnection {
    nodes: [User!]!
    pageInfo: PageInfo!
  }
`;

/**
 * The part of Jobber's schema that the simulator implements: everything this library reads and
 * writes. Names, types and nullability follow API version 2026-07-27; a test compares them with
 * Jobber's schema when that file is available.
 */
export const SIMULATOR_SDL: string = QUERIES_SDL + MUTATIONS_SDL;
