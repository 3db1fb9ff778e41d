import { defineDocument, type JobberApi } from "@jobber-sync/api";
import { isJobberSyncError } from "@jobber-sync/core";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

type Ids = { readonly nodes: readonly { readonly id: string }[] };

const FIRST = {
  job: defineDocument<{ readonly jobs: Ids }, object>(
    "query JobberSyncDoctorJobs { jobs(first: 1) { nodes { id } } }",
  ),
  client: defineDocument<{ readonly clients: Ids }, object>(
    "query JobberSyncDoctorClients { clients(first: 1) { nodes { id } } }",
  ),
};

/** Reads one job and one client of each connected tenant, to find what its token may not see. */
export async function checkScopes({
  sync,
  tenants,
  options,
  signal,
}: Patient): Promise<CheckResult> {
  const api = sync?.api ?? null;
  if (api === null) return skipped("scopes", "there is no usable app");
  const hidden = new Set<string>();
  let asked = 0;
  for (const tenant of tenants) {
    if ((await options.database.tokens.read(tenant))?.state !== "connected") continue;
    for (const type of ["job", "client"] as const) {
      try {
        await readOne(api, { tenant, type, signal });
        asked += 1;
      } catch (error) {
        if (!isJobberSyncError(error)) throw error;
        if (error.code !== "ERR_API_PERMISSION")
          return skipped("scopes", `Jobber could not be asked for ${tenant}: ${error.code}`);
        for (const name of error.details?.hidden ?? [type]) hidden.add(name);
      }
    }
  }
  if (hidden.size > 0)
    return problem(
      "scopes",
      `the tokens may not read ${[...hidden].join(", ")}: add the scope in the Developer Center, then connect again.`,
    );
  return asked === 0
    ? skipped("scopes", "no tenant is connected")
    : ok("scopes", "jobs and clients are readable with all their fields");
}

async function readOne(
  api: JobberApi,
  { tenant, type, signal }: { tenant: string; type: "job" | "client"; signal: AbortSignal },
): Promise<void> {
  const { nodes } =
    type === "job"
      ? (await api.request(tenant, FIRST.job, {}, { signal })).jobs
      : (await api.request(tenant, FIRST.client, {}, { signal })).clients;
  const [first] = nodes;
  if (first !== undefined) await api.fetch(tenant, type, first.id, { signal });
}
