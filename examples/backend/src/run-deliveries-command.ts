import { parseArgs } from "node:util";
import type { DeliveryFilter, DeliveryInfo, DeliveryState } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { endWith } from "./end-with.ts";
import { formatTable } from "./format-table.ts";
import { readSettings, type Settings } from "./read-settings.ts";

const USAGE = `npm run deliveries -- list      what is not done yet, or was put aside
npm run deliveries -- replay    works on what was quarantined or could not be resolved, once the cause is mended
npm run deliveries -- redrive   works on dead letters again
npm run deliveries -- purge     erases and deletes what is older than 30 days

  --tenant SLUG  --topic TOPIC  --limit N (without it a list shows 100, the others take all)  --state STATE (of list)
  and the numbers of single deliveries`;

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
  /** Where it is, when that is not the file of the settings. */
  readonly database?: string;
  close(): void | Promise<void>;
}

/** The main function of `deliveries.ts`: what an operator does with the inbox. Bodies are never shown, they hold customers' data. */
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
      // One more than is shown says whether there are more.
      const found = await inbox.list({ states: NOT_DONE, ...filter, limit: limit + 1 });
      const more = `\n… and more. These are the oldest ${limit}; --limit shows others.`;
      return `${show(found.slice(0, limit))}${found.length > limit ? more : ""}`;
    },
  ],
  ["replay", async (inbox, filter) => `${await inbox.replay(filter)} set waiting again`],
  [
    "redrive",
    async (inbox, filter) =>
      `${await inbox.replay({ ...filter, states: ["dead"] })} set waiting again`,
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

/** `null` for what is no command, or has an option that there is not. */
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
  return formatTable(
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
}
