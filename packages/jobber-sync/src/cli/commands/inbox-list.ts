import type { DeliveryInfo } from "@jobber-sync/core";
import type { Command } from "commander";
import {
  type CommandContext,
  type JsonOption,
  print,
  useTarget,
  withTarget,
} from "../command-context.ts";
import {
  describeDelivery,
  type FilterOptions,
  filterOf,
  NOT_DONE,
  withFilter,
} from "../delivery-filter.ts";
import { formatTable } from "../format-table.ts";
import type { TargetOptions } from "../open-target.ts";

interface ListOptions extends FilterOptions, TargetOptions, JsonOption {
  readonly all?: boolean;
}

const LIMIT = 100;

/** Adds `inbox list`. */
export function addInboxListCommand(inbox: Command, context: CommandContext): void {
  const command = inbox
    .command("list")
    .description("list deliveries that are not done, oldest first")
    .option("--all", "also those that are done");
  withTarget(withFilter(command, [...NOT_DONE, "done"])).action((options: ListOptions) =>
    useTarget(context, options, async ({ options: { database } }) => {
      const { limit = LIMIT, ...filter } = filterOf(options);
      const states = filter.states ?? (options.all ? undefined : NOT_DONE);
      // Reads one more than it shows, to know whether there are more.
      const found = await database.inbox.list({ ...filter, states, limit: limit + 1 });
      const deliveries = found.slice(0, limit);
      const more = found.length > limit;
      print(context, options, {
        data: { deliveries: deliveries.map(describeDelivery), more },
        text: () => `${table(deliveries)}${more ? `\n… the oldest ${limit}; see --limit` : ""}`,
      });
    }),
  );
}

function table(deliveries: readonly DeliveryInfo[]): string {
  if (deliveries.length === 0) return "none";
  return formatTable(
    {
      number: ({ sequence }) => sequence,
      state: ({ state }) => state,
      reason: ({ reason }) => reason,
      tenant: ({ tenant }) => tenant,
      topic: ({ topic }) => topic,
      object: ({ objectType, objectId }) => `${objectType}:${objectId}`,
      received: ({ receivedAt }) => new Date(receivedAt).toISOString(),
      tries: ({ attempts, retries }) => attempts + retries,
    },
    deliveries,
  );
}
