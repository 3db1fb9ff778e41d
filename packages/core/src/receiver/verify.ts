import { type ErrorCode, isJobberSyncError } from "../errors.ts";
import type { ByteBudget } from "../http/body-reader.ts";
import type { RejectionCause } from "../observability/lifecycle-events.ts";
import type { PreparedSecrets } from "../signature/prepared-secrets.ts";
import { readHeaderLeniently } from "../signature/read-header-leniently.ts";
import { createUniformTimeVerifier, DECOY_SECRETS } from "../signature/uniform-time-verifier.ts";
import type { SignatureHeader } from "../signature/verify-signature.ts";
import type { KnownTenant } from "../tenants/known-tenant.ts";
import type { TenantDirectory } from "../tenants/tenant-directory.ts";
import type { Deadline } from "./deadline.ts";
import { lookUp } from "./look-up.ts";
import type { VerifiableDelivery } from "./receiver.ts";
import type { RejectionLog } from "./rejection-log.ts";

/** The result of checking a signature. */
export type Verification =
  | {
      readonly kind: "verified";
      /** The tenant of the URL; `null` on the app-level route. */
      readonly tenant: KnownTenant | null;
      /** The secret that matched: its name or index. */
      readonly secret: string | number;
    }
  | { readonly kind: "rejected"; readonly code: ErrorCode; readonly cause: RejectionCause };

/** Verifies a delivery with the secrets of its tenant, or of the shared app. */
export type Verify = (
  delivery: VerifiableDelivery,
  deadline: Deadline,
) => Verification | Promise<Verification>;

/** Creates the signature check, which takes the same time for known and unknown tenants. */
export function createVerify({
  directory,
  appSecrets,
  budget,
  logRejection,
}: {
  readonly directory: TenantDirectory;
  readonly appSecrets: PreparedSecrets | null;
  /** Counts the unverified bodies that wait for a tenant lookup. */
  readonly budget: ByteBudget;
  readonly logRejection: RejectionLog;
}): Verify {
  const verify = createUniformTimeVerifier(directory.mostSecrets);

  return (delivery, deadline) => {
    const { tenant: slug, body } = delivery;
    if (slug === undefined) return verifyFor(delivery, null);
    const found = lookUp(() => directory.bySlug(slug), deadline);
    // Listed tenants are found without waiting.
    return found instanceof Promise
      ? hold(found, body).then((tenant) => verifyFor(delivery, tenant))
      : verifyFor(delivery, found);
  };

  function verifyFor(
    { tenant: slug, signature, body }: VerifiableDelivery,
    tenant: KnownTenant | null,
  ): Verification {
    const secrets = (slug === undefined ? appSecrets : tenant?.secrets) ?? null;
    const unknown = slug !== undefined && tenant === null;
    let code: ErrorCode;
    try {
      const { secret } = verify(body, signature, secrets ?? DECOY_SECRETS);
      if (!unknown) return { kind: "verified", tenant, secret };
      code = "ERR_TENANT_UNKNOWN";
    } catch (error) {
      if (!isJobberSyncError(error)) throw error;
      // Known or not, the same path from here: creating another error would make a 401 slower.
      code = unknown ? "ERR_TENANT_UNKNOWN" : error.code;
    }
    const cause = causeOf(code, signature);
    logRejection({ cause, tenant: slug, signature, body, secrets });
    return { kind: "rejected", code, cause };
  }

  /** Counts the body while its tenant is looked up. */
  async function hold(
    found: Promise<KnownTenant | null>,
    body: Uint8Array,
  ): Promise<KnownTenant | null> {
    // A rejection before the await below must not count as unhandled.
    found.catch(() => {});
    budget.take(body.byteLength);
    try {
      return await found;
    } finally {
      budget.release(body.byteLength);
    }
  }
}

/** Returns the cause of a rejected signature, from the header alone. */
export function causeOf(code: ErrorCode, signature: SignatureHeader): RejectionCause {
  switch (code) {
    case "ERR_TENANT_UNKNOWN":
      return "tenant_unknown";
    case "ERR_SIGNATURE_MISMATCH":
      return "signature_mismatch";
    default: {
      const { cause } = readHeaderLeniently(signature);
      return cause === "valid" ? "signature_mismatch" : cause;
    }
  }
}
