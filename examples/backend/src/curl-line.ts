import { type Secret, SIGNATURE_HEADER, signPayload, type Tenant } from "@jobber-sync/core";
import { SAMPLE_PAYLOAD } from "./sample-payload.ts";

/** A shell command that sends {@link SAMPLE_PAYLOAD} to a tenant, signed with its first secret. */
export function curlLine(url: string, { slug, secrets }: Tenant): string {
  // JSON without an apostrophe inside: single quotes keep it as it is, and the signature is over exactly these bytes.
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
