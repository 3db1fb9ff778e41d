import { isJobberSyncError, JobberSyncError } from "../errors.ts";
import type { KnownTenant } from "../tenants/known-tenant.ts";
import type { Lookup } from "../tenants/tenant-directory.ts";
import type { Deadline } from "./deadline.ts";

/**
 * Looks a tenant up before the deadline. Returns a listed tenant without a promise.
 *
 * @throws {JobberSyncError} `ERR_TENANT_LOOKUP` if the tenant resolver fails or is late
 */
export function lookUp(find: () => Lookup, deadline: Deadline): Lookup {
  try {
    const found = find();
    return found instanceof Promise ? wait(found, deadline) : found;
  } catch (error) {
    throw lookUpFailed(error);
  }
}

async function wait(
  found: Promise<KnownTenant | null>,
  deadline: Deadline,
): Promise<KnownTenant | null> {
  try {
    return await deadline.race(found, () => lookUpFailed(undefined));
  } catch (error) {
    throw lookUpFailed(error);
  }
}

function lookUpFailed(cause: unknown): JobberSyncError {
  if (isJobberSyncError(cause)) return cause;
  const message = "The tenant could not be looked up. Send the delivery again.";
  return new JobberSyncError("ERR_TENANT_LOOKUP", message, { cause });
}
