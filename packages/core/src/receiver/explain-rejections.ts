import type { Logger } from "../observability/logger.ts";
import { diagnoseSignature } from "../signature/diagnose-signature.ts";
import { type NamedSecret, PreparedSecrets } from "../signature/prepare-secrets.ts";
import { DECOY_SECRETS } from "../signature/uniform-time-verifier.ts";
import type { SignatureHeader } from "../signature/verify-signature.ts";
import type { KnownTenant } from "../tenants/tenant-directory.ts";

/** A request that was rejected for its signature. */
export interface UnverifiedRequest {
  readonly tenant: string | undefined;
  readonly signature: SignatureHeader;
  /** `undefined` when its header was rejected before it was read. */
  readonly body: Uint8Array | undefined;
  /** The secrets that were tried; `null` for an unknown tenant. */
  readonly secrets: PreparedSecrets | null;
}

/** Makes the function that tells the developer's log, after the response is given, why a signature did not verify. */
export function createExplainer({
  tenants,
  appSecrets,
  logger,
}: {
  readonly tenants: readonly KnownTenant[];
  readonly appSecrets: PreparedSecrets | null;
  readonly logger: Logger;
}): (request: UnverifiedRequest) => void {
  const others = [
    ...tenants.flatMap(({ slug, secrets }) => named(`tenant "${slug}"`, secrets)),
    ...(appSecrets === null ? [] : named("the shared app", appSecrets)),
  ];
  logger.warn(
    {},
    "development mode: why signatures fail is written to this log. Leave it off in production.",
  );
  return ({ tenant, signature, body = new Uint8Array(), secrets }) => {
    setTimeout(() => {
      const { cause, message } = diagnoseSignature({
        body,
        header: signature,
        secrets: secrets ?? DECOY_SECRETS,
        otherSecrets: others.length === 0 ? undefined : others,
      });
      const unknownSlug = tenant !== undefined && secrets === null && !cause.startsWith("header_");
      logger.warn(
        { tenant: tenant ?? null, cause },
        unknownSlug ? `No tenant has this slug. ${message}` : message,
      );
    }, 0);
  };
}

function named(name: string, secrets: PreparedSecrets): NamedSecret[] {
  return PreparedSecrets.entriesOf(secrets).map(({ key }) => ({ name, value: key.export() }));
}
