import { listedTenants } from "./listed-tenants.ts";
import { resolvedTenants } from "./resolved-tenants.ts";
import type { SharedApp, TenantResolver, Tenants } from "./tenant.ts";
import type { TenantDirectory } from "./tenant-directory.ts";

/** @throws {TypeError} if listed tenants are ambiguous or have unusable secrets */
export function createTenantDirectory(
  tenants: Tenants,
  app: SharedApp | undefined,
): TenantDirectory {
  return Array.isArray(tenants)
    ? listedTenants(tenants, app)
    : resolvedTenants(tenants as TenantResolver, app);
}
