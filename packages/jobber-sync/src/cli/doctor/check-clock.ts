import { JOBBER_ENDPOINT } from "@jobber-sync/api";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

const TOLERANCE_MS = 5000;
// The `Date` header is cut to whole seconds.
const HALF_SECOND_MS = 500;
const TIMEOUT_MS = 5000;

/** Compares this machine's clock with the `Date` of a response of Jobber. Sends no credentials. */
export async function checkClock({ options, now, signal }: Patient): Promise<CheckResult> {
  const { app, api } = options;
  if (app === undefined) return skipped("clock", "there is no app");
  const endpoint = app.endpoint ?? JOBBER_ENDPOINT;
  const { host } = new URL(endpoint);
  const begin = now();
  const ended = AbortSignal.any([signal, AbortSignal.timeout(TIMEOUT_MS)]);
  const response = await (api?.fetch ?? fetch)(endpoint, {
    method: "POST",
    redirect: "error",
    headers: { "content-type": "application/json" },
    body: "{}",
    signal: ended,
  }).catch(() => null);
  const date = Date.parse(response?.headers.get("date") ?? "");
  await response?.body?.cancel();
  if (Number.isNaN(date)) return skipped("clock", `${host} could not be reached`);
  const offset = (begin + now()) / 2 - (date + HALF_SECOND_MS);
  const seconds = Math.round(Math.abs(offset) / 1000);
  const side = offset > 0 ? "ahead of" : "behind";
  return Math.abs(offset) > TOLERANCE_MS
    ? problem("clock", `${seconds} s ${side} Jobber's: synchronize this machine's clock (NTP).`)
    : ok("clock", `within ${TOLERANCE_MS / 1000} s of Jobber's`);
}
