import { encryptTokens, isJobberSyncError } from "@jobber-sync/core";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

/** Checks the form of the encryption keys, and that they decrypt every stored connection. */
export async function checkEncryptionKey({ options, tenants }: Patient): Promise<CheckResult> {
  const { app, database } = options;
  if (app === undefined) return skipped("encryption key", "there is no app");
  let tokens: ReturnType<typeof encryptTokens>;
  try {
    tokens = encryptTokens(database.tokens, app.encryptionKeys);
  } catch (error) {
    return problem("encryption key", (error as Error).message);
  }
  for (const tenant of tenants) {
    try {
      await tokens.read(tenant);
    } catch (error) {
      if (!isJobberSyncError(error)) throw error;
      return problem("encryption key", `tenant "${tenant}": ${error.code}: ${error.message}`);
    }
  }
  return ok("encryption key", "decrypts every stored connection");
}

/** Checks that every tenant is connected, as far as the database knows. */
export async function checkConnection({ options, tenants }: Patient): Promise<CheckResult> {
  const { app, database } = options;
  if (app === undefined) return skipped("connection", "there is no app");
  if (tenants.length === 0) return problem("connection", "no tenant is connected: run connect.");
  const broken: string[] = [];
  for (const tenant of tenants) {
    const connection = await database.tokens.read(tenant);
    const state = connection?.state ?? "never connected";
    if (state !== "connected") broken.push(`${tenant} (${state.replace("_", " ")})`);
  }
  return broken.length === 0
    ? ok("connection", `${tenants.length} connected`)
    : problem("connection", `connect again: ${broken.join(", ")}.`);
}
