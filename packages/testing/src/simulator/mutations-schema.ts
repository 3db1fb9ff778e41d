/** The mutations of {@link SIMULATOR_SDL}, with their inputs and payloads. */
export const MUTATIONS_SDL = /* GraphQL */ `
  type Mutation {
    clientCreate(input: ClientCreateInput!): ClientCreatePayload!
    clientEdit(clientId: EncodedId!, input: ClientEditInput!): ClientEditPayload!
    clientArchive(clientId: EncodedId!): ClientArchivePayload!
    clientUnarchive(clientId: EncodedId!): ClientUnarchivePayload!
    clientCreateNote(clientId: EncodedId!, input: ClientCreateNoteInput!): ClientCreateNotePayload!
    propertyCreate(clientId: EncodedId!, input: PropertyCreateInput!): PropertyCreatePayload!
    propertyEdit(propertyId: EncodedId!, input: PropertyEditInput!): PropertyEditPayload!
    jobCreate(input: JobCreateAttributes!): JobCreatePayload!
    jobEdit(jobId: EncodedId!, input: JobEditInput!): JobEditPayload!
    jobClose(jobId: EncodedId!, input: JobCloseInput!): JobClosePayload!
    jobReopen(jobId: EncodedId!): JobReopenPayload!
    jobCreateNote(jobId: EncodedId!, input: JobCreateNoteInput!): JobCreateNotePayload!
    visitCreate(jobId: EncodedId!, input: VisitCreateInput!): VisitCreatePayload!
    visitEdit(id: EncodedId!, attributes: VisitEditAttributes!): VisitEditPayload!
    visitEditSchedule(id: EncodedId!, input: VisitEditScheduleInput!): VisitEditSchedulePayload!
    visitEditAssignedUsers(visitId: EncodedId!, input: VisitEditAssignedUsersInput!): VisitEditAssignedUsersPayload!
    visitComplete(visitId: EncodedId!, input: VisitCompleteInput): VisitCompletePayload!
    visitUncomplete(visitId: EncodedId!): VisitUncompletePayload!
    visitDelete(visitIds: [EncodedId!]!): VisitDeletePayload!
  }

  type MutationErrors {
    message: String!
    path: [String!]!
  }

  enum PhoneNumberDescription {
    MAIN
    WORK
    MOBILE
    HOME
    FAX
    OTHER
  }
  enum EmailDescription {
    MAIN
    WORK
    PERSONAL
    OTHER
  }
  input PhoneNumberCreateAttributes {
    description: PhoneNumberDescription
    number: String
    smsAllowed: Boolean
    primary: Boolean
  }
  input PhoneNumberUpdateAttributes {
    id: EncodedId!
    description: PhoneNumberDescription
    number: String
    smsAllowed: Boolean
    primary: Boolean
  }
  input EmailCreateAttributes {
    description: EmailDescription
    address: String
    primary: Boolean
  }
  input EmailUpdateAttributes {
    id: EncodedId!
    description: EmailDescription
    address: String
    primary: Boolean
  }
  input AddressAttributes {
    street1: String
    street2: String
    city: String
    province: String
    postalCode: String
    country: String
  }
  input PropertyAttributes {
    name: String
    address: AddressAttributes!
  }

  input ClientCreateInput {
    firstName: String
    lastName: String
    companyName: String
    isCompany: Boolean
    phones: [PhoneNumberCreateAttributes!]
    emails: [EmailCreateAttributes!]
    properties: [PropertyAttributes!]
    billingAddress: AddressAttributes
  }
  input ClientEditInput {
    firstName: String
    lastName: String
    companyName: String
    isCompany: Boolean
    phonesToAdd: [PhoneNumberCreateAttributes!]
    phonesToEdit: [PhoneNumberUpdateAttributes!]
    phonesToDelete: [EncodedId!]
    emailsToAdd: [EmailCreateAttributes!]
    emailsToEdit: [EmailUpdateAttributes!]
    emailsToDelete: [EncodedId!]
    billingAddress: AddressAttributes
  }
  input ClientCreateNoteInput {
    message: String
  }
  type ClientCreatePayload {
    client: Client
    userErrors: [MutationErrors!]!
  }
  type ClientEditPayload {
    client: Client
    userErrors: [MutationErrors!]!
  }
  type ClientArchivePayload {
    client: Client
    userErrors: [MutationErrors!]!
  }
  type ClientUnarchivePayload {
    client: Client
    userErrors: [MutationErrors!]!
  }
  type ClientCreateNotePayload {
    client: Client
    clientNote: ClientNote
    userErrors: [MutationErrors!]!
  }

  input PropertyCreateInput {
    properties: [PropertyAttributes!]
  }
  input PropertyEditInput {
    name: String
    address: AddressAttributes
  }
  type PropertyCreatePayload {
    client: Client
    properties: [Property!]!
    userErrors: [MutationErrors!]!
  }
  type PropertyEditPayload {
    property: Property
    userErrors: [MutationErrors!]!
  }

  enum BillingStrategy {
    FIXED_PRICE
    VISIT_BASED
  }
  enum BillingFrequencyEnum {
    ON_COMPLETION
    PERIODIC
    PER_VISIT
    NEVER
  }
  enum DurationUnit {
    DAYS
    WEEKS
    MONTHS
    YEARS
  }
  enum IncompleteVisitDecisionEnum {
    DESTROY_ALL
    COMPLETE_PAST_DESTROY_FUTURE
  }
  input JobInvoicingAttributes {
    invoicingType: BillingStrategy!
    invoicingSchedule: BillingFrequencyEnum!
    recurrence: ICalendarRule
  }
  input TimeframeAttributes {
    startAt: ISO8601Date
    durationUnits: DurationUnit
    durationValue: Int
  }
  input JobCreateNoteInput {
    message: String
  }
  input JobCreateAttributes {
    propertyId: EncodedId!
    title: String
    instructions: String
    notes: [JobCreateNoteInput!]
    timeframe: TimeframeAttributes
    invoicing: JobInvoicingAttributes!
  }
  input JobEditInput {
    title: String
    instructions: String
    timeframe: TimeframeAttributes
    visitTitles: String
  }
  input JobCloseInput {
    modifyIncompleteVisitsBy: IncompleteVisitDecisionEnum!
  }
  type JobCreatePayload {
    job: Job
    userErrors: [MutationErrors!]!
  }
  type JobEditPayload {
    job: Job
    userErrors: [MutationErrors!]!
  }
  type JobClosePayload {
    job: Job
    userErrors: [MutationErrors!]!
  }
  type JobReopenPayload {
    job: Job
    userErrors: [MutationErrors!]!
  }
  type JobCreateNotePayload {
    job: Job
    jobNote: JobNote
    userErrors: [MutationErrors!]!
  }

  input LocalDateTimeAttributes {
    date: ISO8601Date!
    time: ISO8601Time
    timezone: Timezone!
  }
  input ScheduledItemAttributes {
    notifyTeam: Boolean
    startAt: LocalDateTimeAttributes
    endAt: LocalDateTimeAttributes
    teamMemberIdsToAssign: [EncodedId!]
  }
  input VisitCreateAttributes {
    title: String
    instructions: String
    schedule: ScheduledItemAttributes
  }
  input VisitCreateInput {
    visits: [VisitCreateAttributes!]!
  }
  input VisitEditAttributes {
    title: String
    instructions: String
  }
  input VisitEditScheduleInput {
    startAt: LocalDateTimeAttributes
    endAt: LocalDateTimeAttributes
  }
  input VisitEditAssignedUsersInput {
    assignedUserIds: [EncodedId!]!
  }
  input VisitCompleteInput {
    completedAt: ISO8601DateTime
  }
  type VisitCreatePayload {
    createdVisits: [Visit!]!
    job: Job!
    userErrors: [MutationErrors!]!
  }
  type VisitEditPayload {
    visit: Visit
    userErrors: [MutationErrors!]!
  }
  type VisitEditSchedulePayload {
    visit: Visit
    userErrors: [MutationErrors!]!
  }
  type VisitEditAssignedUsersPayload {
    visit: Visit
    userErrors: [MutationErrors!]!
  }
  type VisitCompletePayload {
    visit: Visit
    userErrors: [MutationErrors!]!
  }
  type VisitUncompletePayload {
    visit: Visit
    userErrors: [MutationErrors!]!
  }
  type VisitDeletePayload {
    visits: [Visit!]
    userErrors: [MutationErrors!]!
  }
`;
