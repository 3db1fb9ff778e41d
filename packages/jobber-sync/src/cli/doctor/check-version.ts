import { DEFAULT_API_VERSION } from "../../options.ts";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

const DAY_MS = 86_400_000;
// Supported for at least 12 months, reachable for up to 18: see docs/jobber-facts.md#api-versions.
const SUPPORTED_MONTHS = 12;
const WARNING_DAYS = 60;

/** Checks the age of the API version against the life that Jobber documents. */
export function checkVersion({ options, now }: Pick<Patient, "options" | "now">): CheckResult {
  if (options.app === undefined) return skipped("version", "there is no app");
  const version = options.app.version ?? DEFAULT_API_VERSION;
  const released = Date.parse(`${version}T00:00:00Z`);
  if (!/^\d{4}-\d\d-\d\d$/.test(version) || Number.isNaN(released))
    return problem("version", `"${version}" is not an API version: it must be YYYY-MM-DD.`);
  const end = new Date(released);
  end.setUTCMonth(end.getUTCMonth() + SUPPORTED_MONTHS);
  const days = Math.floor((end.getTime() - now()) / DAY_MS);
  const until = end.toISOString().slice(0, 10);
  if (days < 0)
    return problem("version", `${version} lost its support on ${until}: move to a newer one.`);
  return days < WARNING_DAYS
    ? problem("version", `${version} is supported until ${until}, for ${days} days: move on.`)
    : ok("version", `${version}, supported at least until ${until}, for ${days} days`);
}
