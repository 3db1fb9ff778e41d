import { checkClock } from "./check-clock.ts";
import { checkConnection, checkEncryptionKey } from "./check-connections.ts";
import { checkDatabase } from "./check-database.ts";
import { checkEndpoint } from "./check-endpoint.ts";
import { checkScopes } from "./check-scopes.ts";
import { checkSecret } from "./check-secret.ts";
import { checkSilence } from "./check-silence.ts";
import { checkVersion } from "./check-version.ts";
import { CHECKS, type CheckName, type CheckResult, type Patient, skipped } from "./doctor-check.ts";

/**
 * Runs every check. Reads only: changes nothing in the database, except that an expired access
 * token is refreshed.
 */
export async function runDoctor(patient: Patient): Promise<readonly CheckResult[]> {
  const results: CheckResult[] = [checkSecret(patient), checkVersion(patient)];
  const database = await checkDatabase(patient);
  results.push(...database);
  const readable = !database.some(
    ({ check, status }) => check === "schema" && status === "problem",
  );
  results.push(await checkClock(patient));
  const others: readonly (readonly [CheckName, (patient: Patient) => Promise<CheckResult>])[] = [
    ["encryption key", checkEncryptionKey],
    ["connection", checkConnection],
    ["scopes", checkScopes],
    ["silence", checkSilence],
    ["endpoint", checkEndpoint],
  ];
  for (const [name, check] of others)
    results.push(
      readable ? await check(patient) : skipped(name, "the database has to be fixed first"),
    );
  return inOrder(results);
}

/** Sorts results in the order of {@link CHECKS}. */
function inOrder(results: readonly CheckResult[]): readonly CheckResult[] {
  return [...results].sort((a, b) => CHECKS.indexOf(a.check) - CHECKS.indexOf(b.check));
}
