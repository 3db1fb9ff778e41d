import { parseArgs } from "node:util";
import type { DeliveryFilter, DeliveryInfo, DeliveryState, Inbox } from "@jobber-sync/core";
import { formatTable } from "./format-table.ts";
import { readSettings, type Settings } from "./read-settings.ts";

const USAGE = `deliveries.ts list      what is not done yet, or was put aside
deliveries.ts replay    works on what was quarantined or could not be resolved, once the cause is mended
deliveries.ts redrive   works on dead letters again
deliveries.ts purge     erases and deletes what is older than 30 days

  --tenant SLUG  --state STATE (of list)  --topic TOPIC  --limit N (100)  and the numbers of single deliveries`;

const NOT_DONE: readonly DeliveryState[] = [
  "waiting",
  "claimed",
  "paused",
  "unresolved",
  "quarantined",
  "dead",
];

interface OpenedInbox {
  readonly inbox: Inbox;
  close(): void | Promise<void>;
}

/** The main function of `deliveries.ts`: what an operator does with the inbox. Bodies are never shown, they hold customers' data. */
export async function runDeliveriesCommand(
  args: readonly string[],
  open: (settings: Settings) => OpenedInbox | Promise<OpenedInbox>,
): Promise<void> {
  const { command, filter } = parse(args);
  if (command === undefined) {
    console.error(USAGE);
    process.exitCode = 2;
    return;
  }
  const opened = await open(readSettings(process.env));
  try {
    console.log(await command(opened.inbox, filter));
  } finally {
    await opened.close();
  }
}

type Command = (inbox: Inbox, filter: DeliveryFilter) => Promise<string>;

const COMMANDS: ReadonlyMap<string, Command> = new Map([
  ["list", async (inbox, filter) => show(await inbox.list({ states: NOT_DONE, ...filter }))],
  ["replay", async (inbox, filter) => `${await inbox.replay(filter)} set waiting again`],
  [
    "redrive",
    async (inbox, filter) => `${await inbox.replay({ ...filter, states: ["dead"] })} set waiting again`,
  ],
  [
    "purge",
    async (inbox) => {
      const { bodies, deliveries } = await inbox.purge();
      return `${bodies} bodies erased, ${deliveries} deliveries deleted`;
    },
  ],
]);

function parse(args: readonly string[]): { command: Command | undefined; filter: DeliveryFilter } {
  const { values, positionals } = parseArgs({
    args: [...args],
    allowPositionals: true,
    options: {
      tenant: { type: "string" },
      state: { type: "string" },
      topic: { type: "string" },
      limit: { type: "string" },
    },
  });
  const [name, ...sequences] = positionals;
  return {
    command: COMMANDS.get(name ?? ""),
    filter: {
      ...(values.tenant !== undefined && { clientSlug: values.tenant }),
      ...(values.state !== undefined && { states: [values.state as DeliveryState] }),
      ...(values.topic !== undefined && { topic: values.topic }),
      ...(values.limit !== undefined && { limit: Number(values.limit) }),
      ...(sequences.length > 0 && { sequences: sequences.map(Number) }),
    },
  };
}

function show(deliveries: readonly DeliveryInfo[]): string {
  if (deliveries.length === 0) return "none";
  return formatTable(
    {
      number: (delivery) => delivery.sequence,
      state: (delivery) => delivery.state,
      reason: (delivery) => delivery.reason,
      tenant: (delivery) => delivery.clientSlug,
      topic: (delivery) => delivery.topic,
      object: (delivery) => delivery.objectId,
      received: (delivery) => new Date(delivery.receivedAt).toISOString(),
      tries: (delivery) => delivery.attempts + delivery.retries,
    },
    deliveries,
  );
}
