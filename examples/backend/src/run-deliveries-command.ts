import { parseArgs } from "node:util";
import type { DeliveryFilter, DeliveryInfo, DeliveryState } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { endWith } from "./end-with.ts";
import { formatTable } from "./format-table.ts";
import { readSettings, type Settings } from "./read-settings.ts";

const USAGE = `npm run deliveries -- list      show the deliveries that are not done
npm run deliveries -- replay    process quarantined and unresolved deliveries again, after fixing the cause
npm run deliveries -- redrive   process dead letters again
npm run deliveries -- purge     erase bodies and delete deliveries that are older than 30 days

Choose deliveries by their numbers, or with
  --tenant SLUG  --topic TOPIC  --state STATE (list only)  --limit N (default: 100 for list, no limit otherwise)`;

const OPTIONS = {
  tenant: { type: "string" },
  state: { type: "string" },
  topic: { type: "string" },
  limit: { type: "string" },
} as const;

const NOT_DONE = ["waiting", "claimed", "paused", "unresolved", "quarantined", "dead"] as const;
const STATES: readonly string[] = [...NOT_DONE, "done"] satisfies readonly DeliveryState[];

interface OpenedInbox {
  readonly inbox: Inbox;
  /** The database, to show to the operator. @default the file named in the settings */
  readonly database?: string;
  close(): void | Promise<void>;
}

/**
 * Runs the operator's `deliveries` command. Never prints bodies, because they contain customer
 * data.
 */
export async function runDeliveriesCommand(
  args: readonly string[],
  open: (settings: Settings) => OpenedInbox | Promise<OpenedInbox>,
): Promise<void> {
  const parsed = parse(args);
  if (parsed === null) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  try {
    const settings = readSettings(process.env);
    const opened = await open(settings);
    try {
      console.log(`database ${opened.database ?? settings.database}`);
      console.log(await parsed.command(opened.inbox, parsed.filter));
    } finally {
      await opened.close();
    }
  } catch (error) {
    endWith(error);
  }
}

type Command = (inbox: Inbox, filter: DeliveryFilter) => Promise<string>;

const LIST_LIMIT = 100;

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  [
    "list",
    async (inbox, { limit = LIST_LIMIT, ...filter }) => {
      // Reads one row more than it shows, to know whether there are more.
      const found = await inbox.list({ states: NOT_DONE, ...filter, limit: limit + 1 });
      const more = `\n… and more. These are the oldest ${limit}; use --limit to show more.`;
      return `${show(found.slice(0, limit))}${found.length > limit ? more : ""}`;
    },
  ],
  ["replay", async (inbox, filter) => `${await inbox.replay(filter)} requeued`],
  [
    "redrive",
    async (inbox, filter) => `${await inbox.replay({ ...filter, states: ["dead"] })} requeued`,
  ],
  [
    "purge",
    async (inbox) => {
      const { bodies, deliveries } = await inbox.purge();
      return `${bodies} bodies erased, ${deliveries} deliveries deleted`;
    },
  ],
]);

interface ParsedCommand {
  readonly command: Command;
  readonly filter: DeliveryFilter;
}

/** Parses the command line. Returns `null` for an unknown command or option. */
function parse(args: readonly string[]): ParsedCommand | null {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: OPTIONS,
    });
    const [name = "", ...sequences] = positionals;
    const command = COMMANDS.get(name);
    const numbers = [...sequences, values.limit ?? "1"].map(Number);
    if (
      command === undefined ||
      !numbers.every((number) => Number.isSafeInteger(number) && number > 0)
    )
      return null;
    if (values.state !== undefined && !STATES.includes(values.state)) return null;
    const filter = {
      ...(values.tenant !== undefined && { tenant: values.tenant }),
      ...(values.state !== undefined && { states: [values.state as DeliveryState] }),
      ...(values.topic !== undefined && { topic: values.topic }),
      ...(values.limit !== undefined && { limit: Number(values.limit) }),
      ...(sequences.length > 0 && { sequences: sequences.map(Number) }),
    };
    return { command, filter };
  } catch {
    return null;
  }
}

function show(deliveries: readonly DeliveryInfo[]): string {
  if (deliveries.length === 0) return "none";
  const table = formatTable(
    {
      number: (delivery) => delivery.sequence,
      state: (delivery) => delivery.state,
      reason: (delivery) => delivery.reason,
      tenant: (delivery) => delivery.tenant,
      topic: (delivery) => delivery.topic,
      object: (delivery) => delivery.objectId,
      received: (delivery) => new Date(delivery.receivedAt).toISOString(),
      tries: (delivery) => delivery.attempts + delivery.retries,
    },
    deliveries,
  );
  const errors = deliveries.flatMap(({ sequence, error }) =>
    error === null ? [] : [`${sequence}: ${error}`],
  );
  return [table, ...errors].join("\n");
}
