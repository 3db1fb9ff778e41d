import { JobberSyncError } from "@jobber-sync/core";
import { type IncomingIntent, intentTransitions, type Outbox } from "@jobber-sync/core/ports";
import type { SqliteValue } from "../database/sqlite-handle.ts";
import { INTENT_NAMES, INTENT_PLACES, intentValues, logIntent, readIntent } from "./intent-rows.ts";
import { RELEASE_HELD, releaseHeld } from "./links.ts";
import type { OutboxContext } from "./outbox-context.ts";

const BY_KEY =
  'SELECT sequence, content_hash AS "contentHash" FROM jobber_intents WHERE tenant = ? AND key = ?';
const INSERT = `INSERT INTO jobber_intents (${INTENT_NAMES}) VALUES (${INTENT_PLACES})`;
const MATCH = "INSERT INTO jobber_intent_matches (tenant, match, sequence) VALUES (?, ?, ?)";

/** A statement to run in a transaction of yours. */
export interface PreparedStatement {
  readonly sql: string;
  readonly values: readonly SqliteValue[];
}

/** Creates `put`. */
export function createPut({ database, wake }: OutboxContext): Outbox["put"] {
  return (incoming, { transaction: other } = {}) => {
    if (other !== undefined)
      throw new TypeError(
        "Transactions of SQLite are synchronous, so put cannot join one. Run the statements of prepare in it.",
      );
    return database.write(
      (transaction) => {
        const { tenant, key, contentHash, createdAt, matches } = incoming;
        const known = transaction.get<{ sequence: number; contentHash: string }>(
          BY_KEY,
          tenant,
          key,
        );
        if (known !== undefined) {
          if (known.contentHash !== contentHash) throw keyReused(key);
          const state = readIntent(transaction, known.sequence)?.state ?? "done";
          return { sequence: known.sequence, state, outcome: "duplicate" };
        }
        const intent = intentTransitions.acceptedIntent(incoming, transaction.nextSequence());
        const { sequence } = intent;
        transaction.run(INSERT, ...intentValues(intent));
        for (const match of new Set(matches)) transaction.run(MATCH, tenant, match, sequence);
        logIntent(transaction, intent, "planned", createdAt);
        if (intent.state === "held") releaseHeld(transaction, createdAt);
        const state = readIntent(transaction, sequence)?.state ?? intent.state;
        return { sequence, state, outcome: "accepted" };
      },
      { onCommit: wake },
    );
  };
}

const NEXT = "UPDATE jobber_sequence SET value = value + 1 WHERE id = 1";
const SEQUENCE = "(SELECT value FROM jobber_sequence WHERE id = 1)";

// A key that exists keeps its row. With another content, content_hash would become NULL, which the
// column rejects: the caller's transaction fails.
const INSERT_PREPARED = `INSERT INTO jobber_intents (${INTENT_NAMES}) VALUES (${INTENT_PLACES.replace("?", SEQUENCE)})
  ON CONFLICT (tenant, key) DO UPDATE SET
    content_hash = CASE WHEN content_hash = excluded.content_hash THEN content_hash END`;
const OWN = `(SELECT sequence FROM jobber_intents WHERE tenant = ? AND key = ?)`;
const MATCH_PREPARED = `INSERT INTO jobber_intent_matches (tenant, match, sequence) VALUES (?, ?, ${OWN}) ON CONFLICT DO NOTHING`;
const LOG_PREPARED = `INSERT INTO jobber_intent_log (tenant, sequence, at, event, state, reason)
  SELECT tenant, sequence, created_at, 'planned', state, NULL FROM jobber_intents
  WHERE tenant = ? AND key = ? AND sequence = ${SEQUENCE}`;

/**
 * Returns the statements that store an intent, for a transaction of the caller on the same file. A
 * key with another content makes the second one fail (`NOT NULL constraint failed`).
 */
export function prepareIntent(incoming: IncomingIntent): readonly PreparedStatement[] {
  const { tenant, key, createdAt, matches } = incoming;
  const [, ...values] = intentValues(intentTransitions.acceptedIntent(incoming, 0));
  return [
    { sql: NEXT, values: [] },
    { sql: INSERT_PREPARED, values },
    ...[...new Set(matches)].map((match) => ({
      sql: MATCH_PREPARED,
      values: [tenant, match, tenant, key],
    })),
    { sql: LOG_PREPARED, values: [tenant, key] },
    { sql: RELEASE_HELD, values: [Math.round(createdAt)] },
  ];
}

function keyReused(key: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_PUSH_KEY_REUSED",
    `The key ${JSON.stringify(key)} belongs to an intent with another content. A key names one action: use a new key for a new change.`,
  );
}
