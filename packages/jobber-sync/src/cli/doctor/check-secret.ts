import { prepareSecrets } from "@jobber-sync/core";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

/** Checks the form of the client secret and of the tenants' own secrets. Prints none of them. */
export function checkSecret({ options }: Pick<Patient, "options">): CheckResult {
  const { app, tenants } = options;
  const listed = Array.isArray(tenants) ? tenants : [];
  const owned = listed.flatMap(({ slug, secrets }) =>
    secrets === undefined ? [] : [{ of: `tenant "${slug}"`, secrets }],
  );
  const all = app === undefined ? owned : [{ of: "the app", secrets: app.clientSecret }, ...owned];
  if (all.length === 0) return skipped("secret", "there is no app and no tenant with a secret");
  for (const { of, secrets } of all) {
    try {
      prepareSecrets(secrets);
    } catch (error) {
      return problem("secret", `${of}: ${(error as Error).message}`);
    }
  }
  if (app?.clientId === app?.clientSecret && app !== undefined)
    return problem(
      "secret",
      "the client secret equals the client id: copy both again from Jobber.",
    );
  return ok("secret", all.length === 1 ? "well-formed" : `${all.length} secrets, well-formed`);
}
