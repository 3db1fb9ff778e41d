import { JobberSyncError } from "../errors.ts";
import { prepareSecrets } from "../signature/prepare-secrets.ts";
import { entriesOf, fingerprintsOf } from "../signature/prepared-secrets.ts";
import { checkTenant, type KnownTenant, MAX_SLUG_LENGTH } from "./known-tenant.ts";
import { createSecretUsers } from "./secret-users.ts";
import type { SharedApp, Tenant, TenantResolver } from "./tenant.ts";
import type { TenantDirectory } from "./tenant-directory.ts";

/** @throws {TypeError} if `resolver` is not a {@link TenantResolver} */
export function resolvedTenants(
  resolver: TenantResolver,
  app: SharedApp | undefined,
): TenantDirectory {
  if (typeof resolver?.resolve !== "function") {
    throw new TypeError(
      "tenants must be a list of { slug, secrets } or an object with resolve(slug).",
    );
  }
  let most = 0;
  const check = (tenant: Tenant | null | undefined): KnownTenant | null => {
    if (tenant === null || tenant === undefined) return null;
    const known = checkResolved(tenant);
    most = Math.max(most, entriesOf(known.secrets).length);
    return known;
  };
  const bySlug = async (slug: string): Promise<KnownTenant | null> =>
    slug.length > MAX_SLUG_LENGTH ? null : check(await resolver.resolve(slug));
  const users = createSecretUsers({
    findTenant: bySlug,
    appFingerprints: app === undefined ? [] : fingerprintsOf(prepareSecrets(app.secrets)),
  });
  return {
    bySlug,
    byAccount: async (accountId) => check(await resolver.resolveAccount?.(accountId)),
    verified: (tenant) => users.complete(tenant),
    mostSecrets: () => most,
    listed: [],
  };
}

function checkResolved(tenant: Tenant): KnownTenant {
  try {
    return checkTenant(tenant);
  } catch (error) {
    // The message names the tenant: it is for the log, not for the sender.
    const reason = error instanceof Error ? error.message : "";
    throw new JobberSyncError(
      "ERR_TENANT_LOOKUP",
      `The tenant resolver returned an unusable tenant. ${reason}`,
      { cause: error, expose: false },
    );
  }
}
