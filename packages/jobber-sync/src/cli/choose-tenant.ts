import { CliError } from "./cli-error.ts";
import type { Target } from "./open-target.ts";

/** Returns the tenants of a set-up: those that are listed, and those that have a connection. */
export async function tenantsOf({ options }: Target): Promise<readonly string[]> {
  const { tenants, database } = options;
  const listed = Array.isArray(tenants) ? tenants.map(({ slug }) => slug as string) : [];
  return [...new Set([...listed, ...(await database.tokens.tenants())])];
}

/**
 * Returns the tenant that was named, or the only one.
 *
 * @throws {CliError} `ERR_CLI_USAGE`
 */
export async function chooseTenant(target: Target, named: string | undefined): Promise<string> {
  if (named !== undefined) return named;
  const [only, ...others] = await tenantsOf(target);
  if (only !== undefined && others.length === 0) return only;
  const problem =
    only === undefined ? "There is no tenant yet" : `There are ${others.length + 1} tenants`;
  throw new CliError("ERR_CLI_USAGE", `${problem}: pass --tenant <slug>.`);
}
