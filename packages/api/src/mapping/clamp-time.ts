import { type Instant, toInstant } from "@jobber-sync/core";

// The Date header has whole seconds.
const PRECISION_MS = 1000;

/**
 * Clamps a record's `updatedAt` to Jobber's clock. A time in the future would make every later
 * write of the record look old until that time has come.
 *
 * @param serverTime the response's `Date`. Milliseconds since 1970; `null` when it had none
 */
export function clampTime<T extends { readonly sourceUpdatedAt: Instant | null }>(
  record: T,
  serverTime: number | null,
): T {
  const { sourceUpdatedAt } = record;
  if (serverTime === null || sourceUpdatedAt === null) return record;
  if (Date.parse(sourceUpdatedAt) < serverTime + PRECISION_MS) return record;
  return { ...record, sourceUpdatedAt: toInstant(serverTime) };
}
