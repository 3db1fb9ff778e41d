import type { Command } from "commander";
import { tenantsOf } from "../choose-tenant.ts";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import { formatTable } from "../format-table.ts";
import type { Target, TargetOptions } from "../open-target.ts";

/** Adds `tenants`: the connection, the last reconcile and the open deliveries of each tenant. */
export function addTenantsCommand(program: Command, context: CommandContext): void {
  const command = program
    .command("tenants")
    .description("list tenants with their connections, last reconcile and open deliveries");
  withTarget(command).action((options: TargetOptions & JsonOption) =>
    useTarget(context, options, async (target) => {
      const tenants = await readTenants(target);
      print(context, options, {
        data: { tenants },
        text: () => (tenants.length === 0 ? "none" : table(tenants)),
      });
    }),
  );
}

type TenantRow = Awaited<ReturnType<typeof readTenants>>[number];

async function readTenants(target: Target) {
  const { inbox, tokens, cursors } = target.options.database;
  const stats = await inbox.stats();
  const slugs = new Set([...(await tenantsOf(target)), ...stats.map(({ tenant }) => tenant)]);
  return Promise.all(
    [...slugs].map(async (tenant) => {
      const [connection, ran] = await Promise.all([
        tokens.read(tenant),
        cursors.get(tenant, "ran"),
      ]);
      const open = stats.filter((row) => row.tenant === tenant);
      return {
        tenant,
        connection: connection?.state ?? "never_connected",
        accountId: connection?.accountId ?? null,
        connectedAt: connection?.connectedAt ?? null,
        accessTokenExpiresAt: connection === null ? null : iso(connection.expiresAt),
        reconciledAt: ran === null ? null : iso(Number(ran)),
        deliveries: Object.fromEntries(open.map(({ state, rows }) => [state, rows])),
      };
    }),
  );
}

function table(tenants: readonly TenantRow[]): string {
  return formatTable(
    {
      // Deliveries of an account that no tenant owns have no tenant.
      tenant: ({ tenant }) => tenant || "(none)",
      connection: ({ connection }) => connection,
      account: ({ accountId }) => accountId,
      connected: ({ connectedAt }) => connectedAt,
      reconciled: ({ reconciledAt }) => reconciledAt,
      deliveries: ({ deliveries }) =>
        Object.entries(deliveries)
          .map(([state, rows]) => `${rows} ${state}`)
          .join(", ") || "none open",
    },
    tenants,
  );
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
