/** Fields of records that hold no customer's data: ids, states, times and amounts. */
const VISIBLE: ReadonlySet<string> = new Set([
  "tenant",
  "jobberJobId",
  "jobberClientId",
  "jobberPropertyId",
  "jobNumber",
  "jobType",
  "status",
  "jobberStatus",
  "scheduledAt",
  "endsAt",
  "completedAt",
  "total",
  "isCompany",
  "isLead",
  "isArchived",
  "sourceCreatedAt",
  "sourceUpdatedAt",
  "deletedAt",
]);

/** Returns whether a field may be shown before an operator asks for customers' data. */
export function isVisible(field: string): boolean {
  return VISIBLE.has(field);
}
