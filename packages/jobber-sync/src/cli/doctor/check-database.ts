import { isJobberSyncError } from "@jobber-sync/core";
import type { DatabaseProblem } from "@jobber-sync/core/ports";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

const CHECKS = ["durability", "pooler", "schema", "rights"] as const;

/** Asks the database for problems: durability, pooler mode, schema and rights. */
export async function checkDatabase({
  options: { database },
}: Patient): Promise<readonly CheckResult[]> {
  if (database.diagnose === undefined)
    return CHECKS.map((check) => skipped(check, "the database has no diagnose()"));
  try {
    return resultsOf(await database.diagnose());
  } catch (error) {
    return resultsOf([databaseError(error)]);
  }
}

/** Returns the results when the database cannot even be opened. */
export function databaseResults(error: unknown): readonly CheckResult[] {
  return resultsOf([databaseError(error)]);
}

function resultsOf(problems: readonly DatabaseProblem[]): readonly CheckResult[] {
  return CHECKS.map((check) => {
    const found = problems.filter((one) => one.check === check);
    if (found.length > 0) return problem(check, found.map(({ message }) => message).join(" "));
    // Without its tables nothing else can be tried.
    const blocked = problems.some((one) => one.check === "schema");
    return blocked ? skipped(check, "the schema has to be fixed first") : ok(check, "no problem");
  });
}

/** Names the check that an error of opening or reading belongs to. */
function databaseError(error: unknown): DatabaseProblem {
  if (!isJobberSyncError(error)) throw error;
  const { code, message } = error;
  return {
    check: code === "ERR_STORE_SETTINGS" ? "durability" : "schema",
    message: `${code}: ${message}`,
  };
}
