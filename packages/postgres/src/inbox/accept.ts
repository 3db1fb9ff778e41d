import { type AcceptedDelivery, JobberSyncError, type NewDelivery } from "@jobber-sync/core";
import { createGroupCommit } from "../internal/group-commit.ts";
import { jsonText } from "../internal/json-text.ts";
import { runTransaction } from "../internal/transaction.ts";
import { type InboxContext, wakeLater } from "./inbox-context.ts";

/** How deliveries are accepted. */
export interface AcceptOptions {
  /** How long a caller of `accept` waits. Milliseconds. */
  readonly timeoutMs: number;
  /** Batches on their way at one time; each holds a connection. */
  readonly lanes: number;
  /** Whether a commit that a crash of the server may lose is refused. */
  readonly durable: boolean;
}

interface Stored {
  readonly rows: readonly (readonly [sequence: number, duplicate: boolean, coalesced: boolean])[];
  readonly fsync: string;
  readonly synchronousCommit: string;
}

const MAX_ROWS = 256;
const MAX_BYTES = 8 * 1024 * 1024;
// A batch that takes this long is stuck: its connection is closed, so that the lane is free again.
const STUCK_MS = 5000;

/** Makes `accept`: the rows and their wake-ups in one transaction, many deliveries in one. */
export function createAccept(
  context: InboxContext,
  options: AcceptOptions,
): (delivery: NewDelivery) => Promise<AcceptedDelivery> {
  const statement = insertStatement(context);

  return createGroupCommit<NewDelivery, AcceptedDelivery>({
    write,
    weigh: ({ body }) => body.byteLength,
    maxItems: MAX_ROWS,
    maxBytes: MAX_BYTES,
    lanes: options.lanes,
    timeoutMs: options.timeoutMs,
  });

  async function write(deliveries: readonly NewDelivery[]): Promise<readonly AcceptedDelivery[]> {
    const rows = jsonText(deliveries.map((delivery) => rowOf(delivery, context)));
    const stored = await runTransaction(
      context.pool,
      async (run, client) => {
        const [answer] = await run<Stored>(statement, [rows]);
        if (answer === undefined) throw new JobberSyncError("ERR_STORE", "The database gave no answer.");
        if (options.durable) checkDurability(answer);
        await wakeLater(
          context,
          client,
          deliveries.filter(({ state }) => state === "waiting"),
        );
        return answer;
      },
      STUCK_MS,
    );
    return outcomes(deliveries, stored);
  }
}

function rowOf(delivery: NewDelivery, { clock }: InboxContext): object {
  const { body, ...rest } = delivery;
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength);
  return { ...rest, body: bytes.toString("base64"), dueAt: clock === "caller" ? delivery.receivedAt : null };
}

/** One row each, numbered in their order; `$1` is a JSON list. Nothing is looked up under a lock: the outcome is a word for people. */
function insertStatement({ schema }: InboxContext): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  return `
WITH new AS MATERIALIZED (
  SELECT nextval(${schema.sequence}) AS sequence, x.*
  FROM json_to_recordset($1::text::json) AS x(
    "clientSlug" text, "objectType" text, "objectId" text, "deliveryKey" text, topic text, state text, reason text,
    body text, "receivedAt" float8, "dueAt" float8)
),
stored AS (
  INSERT INTO ${deliveries} (sequence, client_slug, object_type, object_id, delivery_key, topic, state, reason,
    body, received_at, started_at, due_at)
  SELECT sequence, "clientSlug", "objectType", "objectId", "deliveryKey", topic, state, reason,
    decode(body, 'base64'), to_timestamp("receivedAt" / 1000), to_timestamp("receivedAt" / 1000),
    coalesce(to_timestamp("dueAt" / 1000), now())
  FROM new
)
SELECT json_build_object(
  'rows', (SELECT json_agg(json_build_array(
    sequence,
    EXISTS (SELECT FROM ${deliveries} d WHERE d.client_slug = new."clientSlug" AND d.delivery_key = new."deliveryKey"),
    EXISTS (SELECT FROM ${deliveries} d WHERE d.client_slug = new."clientSlug" AND d.object_type = new."objectType"
      AND d.object_id = new."objectId" AND d.state IN ('waiting', 'claimed') AND d.state = 'waiting')
  ) ORDER BY sequence) FROM new),
  'fsync', current_setting('fsync'),
  'synchronousCommit', current_setting('synchronous_commit')
)::text AS json`;
}

/** @throws {JobberSyncError} `ERR_STORE_SETTINGS` */
function checkDurability({ fsync, synchronousCommit }: Stored): void {
  if (fsync === "on" && synchronousCommit !== "off") return;
  const setting = fsync === "on" ? "synchronous_commit" : "fsync";
  throw new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `PostgreSQL runs with ${setting} = off: a crash of the server would lose deliveries that were answered 200. Set it to on for this role or database.`,
  );
}

/** What the statement saw before its own rows, and what the rows of one batch are to each other. */
function outcomes(deliveries: readonly NewDelivery[], { rows }: Stored): readonly AcceptedDelivery[] {
  const keys = new Set<string>();
  const waiting = new Set<string>();
  return deliveries.map(({ clientSlug, objectType, objectId, deliveryKey, state }, index) => {
    const [sequence, seen, waits] = rows[index] ?? [0, false, false];
    const key = JSON.stringify([clientSlug, deliveryKey]);
    const object = JSON.stringify([clientSlug, objectType, objectId]);
    const duplicate = seen || keys.has(key);
    const coalesced = waits || waiting.has(object);
    keys.add(key);
    if (state === "waiting") waiting.add(object);
    return { sequence, outcome: duplicate ? "duplicate" : coalesced ? "coalesced" : "accepted" };
  });
}
