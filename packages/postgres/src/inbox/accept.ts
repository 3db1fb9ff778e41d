import { JobberSyncError } from "@jobber-sync/core";
import { type AcceptedDelivery, type IncomingDelivery, objectKey } from "@jobber-sync/core/ports";
import { boundedPool } from "../database/bounded-pool.ts";
import { checkDurability, DURABILITY_JSON, type Durability } from "../database/durability.ts";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import { keyTailSql } from "../database/key-tail-sql.ts";
import { inSeries, runTransaction } from "../database/transaction.ts";
import { type InboxContext, transactionNowSql } from "./inbox-context.ts";
import { type WakeUp, wakeLater } from "./wake-later.ts";

/** Options for {@link createAccept}. */
export interface AcceptOptions {
  /** Time limit of an `accept` call. Milliseconds. */
  readonly timeoutMs: number;
  /** Batches in flight at once. Each holds a connection. */
  readonly lanes: number;
  /** Whether to reject commits that a server crash may lose. */
  readonly durable: boolean;
}

interface Stored extends Durability {
  readonly rows: readonly (readonly [
    sequence: number,
    duplicate: true | null,
    coalesced: true | null,
  ])[];
}

const MAX_ROWS = 256;
const MAX_BYTES = 8 * 1024 * 1024;
// Limit for obtaining a connection, and again for the transaction: frees the lane of a batch that
// hangs.
const STUCK_MS = 5000;

/** Creates `accept`: one transaction writes the rows and wake-ups of up to 256 deliveries. */
export function createAccept(
  context: InboxContext,
  options: AcceptOptions,
): (delivery: IncomingDelivery) => Promise<AcceptedDelivery> {
  const statement = insertStatement(context);
  const pool = boundedPool(context.pool, STUCK_MS);

  return createGroupCommit<IncomingDelivery, AcceptedDelivery>({
    write,
    weigh: ({ body }) => body.byteLength,
    maxItems: MAX_ROWS,
    maxBytes: MAX_BYTES,
    lanes: options.lanes,
    timeoutMs: options.timeoutMs,
  });

  async function write(
    deliveries: readonly IncomingDelivery[],
  ): Promise<readonly AcceptedDelivery[]> {
    const values = valuesOf(deliveries, context);
    const waiting = deliveries.filter(({ state }) => state === "waiting");
    const stored = await runTransaction(
      pool,
      async (run, client) => {
        const inserting = run<Stored>(statement, values);
        await inSeries(client, inserting);
        const [[response]] = await Promise.all([
          inserting,
          wakeLater(context, client, wakeUpsOf(waiting)),
        ]);
        if (response === undefined)
          throw new JobberSyncError("ERR_STORE", "The database returned no row.");
        if (options.durable) checkDurability(response);
        return response;
      },
      // If only BEGIN fails, rows and wake-ups are stored but the sender gets 503 and retries: a
      // duplicate.
      { giveUpMs: STUCK_MS, eager: true },
    );
    return outcomes(deliveries, stored);
  }
}

function wakeUpsOf(deliveries: readonly IncomingDelivery[]): readonly WakeUp[] {
  return deliveries.map(({ tenant, objectType, objectId, delayMs = 0 }) => {
    return { tenant, objectType, objectId, afterMs: delayMs };
  });
}

/** Returns the rows as a JSON list and the concatenated bodies as bytes. */
function valuesOf(
  deliveries: readonly IncomingDelivery[],
  { clock }: InboxContext,
): [string, Buffer] {
  let from = 1;
  const rows = deliveries.map(({ body: { byteLength }, delayMs = 0, ...delivery }) => {
    const row = { ...delivery, delayMs, from, bytes: byteLength };
    from += byteLength;
    return clock === "caller" ? { ...row, arrivedAt: delivery.receivedAt } : row;
  });
  return [jsonText(rows), Buffer.concat(deliveries.map(({ body }) => body))];
}

/**
 * Inserts one row per delivery, numbered in order. `$1` is a JSON list, `$2` the concatenated
 * bodies. The outcome is informative only, so its lookups take no lock. LIMIT 1 also prevents a
 * hash join over the whole table, which the planner prefers while it considers the table small.
 */
function insertStatement({ schema }: InboxContext): string {
  const deliveries = `${schema.quoted}.jobber_deliveries`;
  return `
WITH new AS MATERIALIZED (
  SELECT nextval(${schema.sequence}) AS sequence, x.*
  FROM json_to_recordset($1::text::json) AS x(
    "tenant" text, "objectType" text, "objectId" text, "deliveryKey" text, topic text, state text, reason text,
    "from" integer, bytes integer, "receivedAt" float8, "arrivedAt" float8, "delayMs" float8)
),
stored AS (
  INSERT INTO ${deliveries} (sequence, tenant, object_type, object_id, delivery_key, topic, state, reason,
    body, received_at, started_at, due_at, delay_ms, finished_at)
  SELECT sequence, "tenant", "objectType", "objectId", "deliveryKey", topic, state, reason,
    substring($2::bytea FROM "from" FOR bytes), to_timestamp("receivedAt" / 1000), to_timestamp("receivedAt" / 1000),
    ${transactionNowSql('"arrivedAt"')} + "delayMs" * interval '1 ms', "delayMs",
    CASE WHEN state <> 'waiting' THEN ${transactionNowSql('"arrivedAt"')} END
  FROM new
)
SELECT json_build_object(
  'rows', (SELECT json_agg(json_build_array(
    sequence,
    (SELECT true FROM ${deliveries} d
     WHERE ${keyTailSql("d.delivery_key")} = ${keyTailSql('new."deliveryKey"')} AND d.tenant = new."tenant"
       AND d.delivery_key = new."deliveryKey" LIMIT 1),
    (SELECT true FROM ${deliveries} d
     WHERE d.tenant = new."tenant" AND d.object_type = new."objectType" AND d.object_id = new."objectId"
       AND d.state IN ('waiting', 'claimed') AND d.state = 'waiting' LIMIT 1)
  ) ORDER BY sequence) FROM new),
  ${DURABILITY_JSON}
)::text AS json`;
}

/** Combines what the statement found before its own rows with duplicates inside the batch. */
function outcomes(
  deliveries: readonly IncomingDelivery[],
  { rows }: Stored,
): readonly AcceptedDelivery[] {
  const keys = new Set<string>();
  const waiting = new Set<string>();
  return deliveries.map((delivery, index) => {
    const [sequence, seen, waits] = rows[index] ?? [0, null, null];
    const key = `${delivery.tenant.length}:${delivery.tenant}${delivery.deliveryKey}`;
    const object = objectKey(delivery);
    const duplicate = seen === true || keys.has(key);
    const coalesced = waits === true || waiting.has(object);
    keys.add(key);
    if (delivery.state === "waiting") waiting.add(object);
    return { sequence, outcome: duplicate ? "duplicate" : coalesced ? "coalesced" : "accepted" };
  });
}
