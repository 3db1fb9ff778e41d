import { type NamedSecret, type Secret, SIGNATURE_HEADER, signPayload } from "@jobber-sync/core";
import { notificationPayload } from "@jobber-sync/testing";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

// Jobber expects a response within a second: see docs/jobber-facts.md#delivery-rules.
const LIMIT_MS = 1000;
const TIMEOUT_MS = 10_000;
// A topic that no receiver acts on, so that the probe leaves no record.
const TOPIC = "JOBBER_SYNC_PROBE";

/**
 * Sends a signed probe to the public webhook URL, and a forged one. The first must get a 200 within
 * a second, the second a 401.
 */
export async function checkEndpoint({
  options,
  tenants,
  url,
  signal,
}: Patient): Promise<CheckResult> {
  if (url === undefined) return skipped("endpoint", "pass --url <public webhook URL> to probe it");
  if (!URL.canParse(url)) return problem("endpoint", `${url} is not a URL.`);
  const secret = secretOf(options);
  if (secret === null) return skipped("endpoint", "there is no usable secret to sign a probe with");
  const accountId = await accountOf(options, tenants);
  const occurredAt = `${new Date().toISOString().slice(0, 19)}Z`;
  const given = { occurredAt, ...(accountId !== null && { accountId }) };
  const body = JSON.stringify(notificationPayload(TOPIC, given));
  const signed = await post(url, body, signPayload(body, secret), signal);
  if (signed === null)
    return problem("endpoint", `${url} does not respond: check DNS, TLS, tunnel.`);
  const forged = await post(url, body, signPayload(body, "a secret that is not the app's"), signal);
  if (signed.status === 401)
    return problem("endpoint", "401 for a signed probe: the server has another client secret.");
  if (signed.status !== 200)
    return problem("endpoint", `${signed.status} instead of 200: is this the webhook URL?`);
  if (forged?.status !== 401)
    return problem(
      "endpoint",
      `${forged?.status ?? "no response"} for a forged probe instead of 401: something else responds at this URL.`,
    );
  const ms = Math.round(signed.durationMs);
  return ms > LIMIT_MS
    ? problem("endpoint", `200 after ${ms} ms: Jobber expects a response within 1 s.`)
    : ok("endpoint", `200 for a signed probe in ${ms} ms, 401 for a forged one`);
}

async function post(url: string, body: string, signature: string, signal: AbortSignal) {
  const begin = performance.now();
  try {
    const response = await fetch(url, {
      method: "POST",
      redirect: "manual",
      headers: { "content-type": "application/json", [SIGNATURE_HEADER]: signature },
      body,
      signal: AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]),
    });
    await response.arrayBuffer();
    return { status: response.status, durationMs: performance.now() - begin };
  } catch {
    return null;
  }
}

function secretOf({ app, tenants }: Patient["options"]): Secret | null {
  const listed = Array.isArray(tenants) ? tenants : [];
  const secrets = listed[0]?.secrets ?? app?.clientSecret;
  const first = (Array.isArray(secrets) ? secrets[0] : secrets) as Secret | NamedSecret | undefined;
  if (first === undefined) return null;
  const secret = typeof first === "object" && "value" in first ? first.value : first;
  try {
    signPayload("", secret);
    return secret;
  } catch {
    return null;
  }
}

async function accountOf({ database }: Patient["options"], tenants: readonly string[]) {
  for (const tenant of tenants) {
    const connection = await database.tokens.read(tenant);
    if (connection !== null) return connection.accountId;
  }
  return null;
}
