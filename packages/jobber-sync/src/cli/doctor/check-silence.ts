import { readConnections } from "../../health/read-connections.ts";
import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

const HOUR_MS = 3_600_000;
const QUIET_MS = 24 * HOUR_MS;

/**
 * Finds tenants whose webhooks do not arrive: reconcile repairs more than they bring, a usually
 * busy tenant is quiet, or not one has come since the account was connected a day ago.
 */
export async function checkSilence({ options, tenants, now }: Patient): Promise<CheckResult> {
  const { database } = options;
  if (options.app === undefined) return skipped("silence", "there is no app");
  const connections = await readConnections({ ...database, now });
  const silent: string[] = [];
  for (const connection of connections.filter(({ tenant }) => tenants.includes(tenant))) {
    const { tenant, state, silentSince, quiet } = connection;
    if (silentSince !== null)
      silent.push(
        `${tenant} (reconcile finds more changes than webhooks bring, ${ago(silentSince)})`,
      );
    else if (quiet !== null)
      silent.push(`${tenant} (usually busy, the last one ${ago(quiet.since)})`);
    else if (state === "connected" && (await isUnheard(connection)))
      silent.push(
        `${tenant} (none since it was connected, ${ago(Date.parse(connection.connectedAt))})`,
      );
  }
  return silent.length === 0
    ? ok("silence", "no tenant is silent")
    : problem(
        "silence",
        `no webhooks of ${silent.join(", ")}: check the URL and the topics in the Developer Center.`,
      );

  async function isUnheard({
    tenant,
    connectedAt,
  }: (typeof connections)[number]): Promise<boolean> {
    if (now() - Date.parse(connectedAt) < QUIET_MS) return false;
    return (await database.inbox.list({ tenant, limit: 1 })).length === 0;
  }

  function ago(time: number): string {
    return `${Math.max(1, Math.round((now() - time) / HOUR_MS))} h ago`;
  }
}
