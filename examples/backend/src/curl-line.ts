import { type Secret, type Secrets, SIGNATURE_HEADER, signPayload } from "@jobber-sync/core";
import { SAMPLE_PAYLOAD } from "./sample-payload.ts";

/**
 * Returns a shell command that sends {@link SAMPLE_PAYLOAD} to a tenant, signed with the first of
 * the secrets.
 */
export function curlLine(url: string, slug: string, secrets: Secrets): string {
  // The payload contains no apostrophe, so single quotes keep the signed bytes unchanged.
  const body = JSON.stringify(SAMPLE_PAYLOAD);
  return [
    `curl -sS -w '\\n' ${url}/webhooks/jobber/${encodeURIComponent(slug)}`,
    "-H 'Content-Type: application/json'",
    `-H '${SIGNATURE_HEADER}: ${signPayload(body, firstSecret(secrets))}'`,
    `--data-binary '${body}'`,
  ].join(" ");
}

function firstSecret(secrets: Secrets): Secret {
  const first = Array.isArray(secrets) ? secrets[0] : secrets;
  return typeof first === "object" && "value" in first ? first.value : first;
}
