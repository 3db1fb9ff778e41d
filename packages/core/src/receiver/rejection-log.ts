import type { RejectionCause } from "../observability/lifecycle-events.ts";
import type { Logger } from "../observability/logger.ts";
import { createThrottle } from "../observability/throttle.ts";
import { diagnoseSignature, messageOf } from "../signature/diagnose-signature.ts";
import type { NamedSecret } from "../signature/prepare-secrets.ts";
import { entriesOf, type PreparedSecrets } from "../signature/prepared-secrets.ts";
import { DECOY_SECRETS } from "../signature/uniform-time-verifier.ts";
import type { SignatureHeader } from "../signature/verify-signature.ts";
import type { KnownTenant } from "../tenants/known-tenant.ts";

/** A request that was not authenticated. */
export interface UnverifiedRequest {
  readonly cause: RejectionCause;
  readonly tenant: string | undefined;
  readonly signature: SignatureHeader;
  /** `undefined` if the header was rejected before the body was read. */
  readonly body?: Uint8Array | undefined;
  /** The secrets that were tried; `null` for an unknown tenant. */
  readonly secrets?: PreparedSecrets | null | undefined;
}

/** Logs why a request was not authenticated, after its response. */
export type RejectionLog = (request: UnverifiedRequest) => void;

const EVERY_MS = 60_000;

/**
 * Creates the log of rejected signatures: one line per cause and minute. It tries no keys and reads
 * no body, so the cause of a mismatch stays open; {@link createDevelopmentLog} finds it.
 */
export function createRejectionLog(logger: Logger, now: () => number): RejectionLog {
  const throttle = createThrottle({ everyMs: EVERY_MS, now });
  return ({ cause, tenant, secrets }) => {
    const suppressed = throttle(cause);
    if (suppressed === null) return;
    // The slug of an unknown tenant is the sender's text.
    const known = secrets === null || secrets === undefined ? null : (tenant ?? null);
    later(() => logger.warn({ cause, tenant: known, suppressed }, explain(cause)));
  };
}

/** Creates the log of development mode: a diagnosis of every rejected signature. */
export function createDevelopmentLog({
  tenants,
  appSecrets,
  logger,
}: {
  readonly tenants: readonly KnownTenant[];
  readonly appSecrets: PreparedSecrets | null;
  readonly logger: Logger;
}): RejectionLog {
  const others = [
    ...tenants.flatMap(({ slug, secrets }) => named(`tenant "${slug}"`, secrets)),
    ...(appSecrets === null ? [] : named("the shared app", appSecrets)),
  ];
  logger.warn(
    {},
    "development mode is on: the log explains why signatures fail. Switch it off in production.",
  );
  return ({ cause, tenant, signature, body = new Uint8Array(), secrets }) =>
    later(() => {
      const diagnosis = diagnoseSignature({
        body,
        header: signature,
        secrets: secrets ?? DECOY_SECRETS,
        otherSecrets: others.length === 0 ? undefined : others,
      });
      const { message } = diagnosis;
      logger.warn(
        { tenant: tenant ?? null, cause: diagnosis.cause },
        cause === "tenant_unknown" ? `No tenant has this slug. ${message}` : message,
      );
    });
}

function explain(cause: RejectionCause): string {
  switch (cause) {
    case "tenant_unknown":
      return "A webhook was rejected: no tenant has its slug. Check the URL registered with Jobber.";
    case "signature_mismatch":
      return "A webhook was rejected: its signature does not match the tenant's secrets. Switch development mode on to find the cause.";
    default:
      return `A webhook was rejected. ${messageOf(cause)}`;
  }
}

/** Runs `log` after the response, so that logging does not show in its duration. */
function later(log: () => void): void {
  setTimeout(log, 0);
}

function named(name: string, secrets: PreparedSecrets): NamedSecret[] {
  return entriesOf(secrets).map(({ key }) => ({ name, value: key.export() }));
}
