const USER_ERRORS = "userErrors { message path }";
const ADDRESS = "street street1 street2 city province postalCode country";

/** The selection of {@link ClientNode}. */
export const CLIENT_SELECTION = `
  id name firstName lastName companyName isCompany isLead isArchived email phone
  emails { id address primary } phones { id number primary }
  billingAddress { ${ADDRESS} } jobberWebUri createdAt updatedAt
`;

/** The selection of {@link PropertyNode}. */
export const PROPERTY_SELECTION = `id name address { ${ADDRESS} } client { id }`;

/** The selection of {@link VisitNode}. */
export const VISIT_SELECTION = `
  id title instructions startAt endAt allDay isComplete completedAt job { id }
  assignedUsers(first: 50) { nodes { id } }
`;

/** The selection of {@link JobNode}. */
export const JOB_SELECTION = `
  id jobNumber jobType title instructions jobStatus startAt endAt completedAt total jobberWebUri
  createdAt updatedAt client { id } property { id }
`;

/** Selects an object and the errors of a mutation's payload. */
export function payload(selection: string): string {
  return `${selection} ${USER_ERRORS}`;
}
