import { type CheckResult, ok, type Patient, problem, skipped } from "./doctor-check.ts";

const HOUR_MS = 3_600_000;
const QUIET_MS = 24 * HOUR_MS;

/**
 * Finds tenants whose webhooks do not arrive: reconcile repairs more than they bring, or not one
 * has come since the account was connected a day ago.
 */
export async function checkSilence({ options, tenants, now }: Patient): Promise<CheckResult> {
  const { inbox, tokens, cursors } = options.database;
  if (options.app === undefined) return skipped("silence", "there is no app");
  const silent: string[] = [];
  for (const tenant of tenants) {
    const since = Number(await cursors.get(tenant, "silent"));
    if (since > 0) {
      silent.push(`${tenant} (reconcile finds more changes than webhooks bring, ${ago(since)})`);
      continue;
    }
    const connection = await tokens.read(tenant);
    if (connection?.state !== "connected") continue;
    const connectedAt = Date.parse(connection.connectedAt);
    if (now() - connectedAt < QUIET_MS) continue;
    const [any] = await inbox.list({ tenant, limit: 1 });
    if (any === undefined)
      silent.push(`${tenant} (none since it was connected, ${ago(connectedAt)})`);
  }
  return silent.length === 0
    ? ok("silence", "no tenant is silent")
    : problem(
        "silence",
        `no webhooks of ${silent.join(", ")}: check the URL and the topics in the Developer Center.`,
      );

  function ago(time: number): string {
    return `${Math.max(1, Math.round((now() - time) / HOUR_MS))} h ago`;
  }
}
