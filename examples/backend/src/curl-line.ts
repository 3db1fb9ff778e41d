import { type Secret, SIGNATURE_HEADER, signPayload, type Tenant } from "@jobber-sync/core";
import { SAMPLE_PAYLOAD } from "./sample-payload.ts";

/**
 * Returns a shell command that sends {@link SAMPLE_PAYLOAD} to a tenant, signed with the tenant's
 * first secret.
 */
export function curlLine(url: string, { slug, secrets }: Tenant): string {
  // The payload contains no apostrophe, so single quotes keep the signed bytes unchanged.
  const body = JSON.stringify(SAMPLE_PAYLOAD);
  return [
    `curl -sS -w '\\n' ${url}/webhooks/jobber/${encodeURIComponent(slug)}`,
    "-H 'Content-Type: application/json'",
    `-H '${SIGNATURE_HEADER}: ${signPayload(body, firstSecret(secrets))}'`,
    `--data-binary '${body}'`,
  ].join(" ");
}

function firstSecret(secrets: Tenant["secrets"]): Secret {
  const first = Array.isArray(secrets) ? secrets[0] : secrets;
  return typeof first === "object" && "value" in first ? first.value : first;
}
