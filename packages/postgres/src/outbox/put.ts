import { type AcceptedIntent, type Intent, JobberSyncError } from "@jobber-sync/core";
import { type IncomingIntent, intentTransitions, type Outbox } from "@jobber-sync/core/ports";
import type { SqlClient } from "../database/sql-pool.ts";
import { storeError } from "../database/store-error.ts";
import { INTENT_JSON, intentStatements, intentText, shifted } from "./intent-rows.ts";
import { linkStatements } from "./links.ts";
import {
  type OutboxContext,
  type OutboxTransaction,
  openTransaction,
  transact,
} from "./outbox-context.ts";

/**
 * A connection with an open transaction of yours: pg's client, or an object that runs a statement
 * in the transaction of a query builder. Rows have their columns by name.
 */
export interface TransactionClient {
  query(text: string, values?: unknown[]): Promise<{ readonly rows: readonly object[] }>;
}

/**
 * Creates `put`. With `transaction`, it runs on that connection and leaves the commit to the
 * caller.
 */
export function createPut(context: OutboxContext): Outbox["put"] {
  const { schema, wake } = context;
  const intents = intentStatements(schema);
  const { release } = linkStatements(schema);
  const byKey = `SELECT ${INTENT_JSON} FROM ${schema.quoted}.jobber_intents i WHERE tenant = $1 AND key = $2`;
  const addMatch = `INSERT INTO ${schema.quoted}.jobber_intent_matches (tenant, match, sequence)
    VALUES ($1, $2, $3) ON CONFLICT DO NOTHING RETURNING 'true' AS json`;

  return async (incoming, { transaction } = {}) => {
    const given = incoming.createdAt;
    if (transaction === undefined) {
      const accepted = await transact(context, given, (own) => store(own, incoming));
      wake();
      return accepted;
    }
    const client = checkClient(transaction);
    const run: OutboxTransaction["run"] = async <T>(text: string, values: unknown[]) => {
      const { rows } = await client.query(text, values);
      return rows.map((row) => JSON.parse(String((row as { json: unknown }).json)) as T);
    };
    try {
      return await store(await openTransaction(context, run, client as SqlClient, given), incoming);
    } catch (error) {
      throw error instanceof JobberSyncError ? error : storeError(error);
    }
  };

  async function store(
    { run, now, offset }: OutboxTransaction,
    incoming: IncomingIntent,
  ): Promise<AcceptedIntent> {
    const { tenant, key, matches, contentHash } = incoming;
    const intent = shifted(intentTransitions.acceptedIntent(incoming, 0), offset);
    const [sequence] = await run<number>(intents.insert, [intentText(intent)]);
    if (sequence === undefined) {
      const [known] = await run<Intent>(byKey, [tenant, key]);
      if (known === undefined || known.contentHash !== contentHash) throw keyReused(key);
      return { sequence: known.sequence, state: known.state, outcome: "duplicate" };
    }
    for (const match of new Set(matches)) await run(addMatch, [tenant, match, sequence]);
    const { state } = intent;
    await run(intents.log, [tenant, sequence, now, "planned", state, null]);
    if (state !== "held") return { sequence, state, outcome: "accepted" };
    await run(release, [now]);
    const [stored] = await run<Intent>(byKey, [tenant, key]);
    return { sequence, state: stored?.state ?? state, outcome: "accepted" };
  }
}

function checkClient(transaction: unknown): TransactionClient {
  if (typeof (transaction as TransactionClient | null)?.query === "function")
    return transaction as TransactionClient;
  throw new TypeError(
    "transaction must be pg's client, or an object whose query(text, values) runs in your transaction.",
  );
}

function keyReused(key: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_PUSH_KEY_REUSED",
    `The key ${JSON.stringify(key)} belongs to an intent with another content. A key names one action: use a new key for a new change.`,
  );
}
