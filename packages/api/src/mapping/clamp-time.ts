import type { Instant } from "@jobber-sync/core";
import { clampInstant } from "@jobber-sync/core/ports";

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
  const clamped = clampInstant(sourceUpdatedAt, serverTime, PRECISION_MS);
  return clamped === sourceUpdatedAt ? record : { ...record, sourceUpdatedAt: clamped };
}
