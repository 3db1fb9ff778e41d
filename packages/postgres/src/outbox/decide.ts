import type { Intent } from "@jobber-sync/core";
import { intentTransitions, type Outbox } from "@jobber-sync/core/ports";
import { INTENT_JSON, intentStatements, toCaller, writeIntent } from "./intent-rows.ts";
import { addLink, linkStatements } from "./links.ts";
import { type OutboxContext, type OutboxTransaction, transact } from "./outbox-context.ts";

const BATCH = 500;

/** Creates the operations that end or continue intents without a claim. */
export function createDecisions(
  context: OutboxContext,
): Pick<Outbox, "resolve" | "resume" | "erase" | "purge"> {
  const { schema, wake, now: clock } = context;
  const { quoted } = schema;
  const intents = intentStatements(schema);
  const links = linkStatements(schema);
  const select = `SELECT ${INTENT_JSON} FROM ${quoted}.jobber_intents i WHERE`;
  const paused = `${select} tenant = $1 AND state = 'paused' FOR UPDATE`;
  const pausedLong = `${select} state = 'paused' AND paused_at < to_timestamp($1::float8 / 1000) FOR UPDATE`;
  const ofTenant = `${select} tenant = $1 AND state NOT IN ('claimed', 'sent') FOR UPDATE`;
  const at = "to_timestamp($2::float8 / 1000)";
  const note = `INSERT INTO ${quoted}.jobber_tenants AS tenant (tenant, resumed_at) VALUES ($1, ${at})
    ON CONFLICT (tenant) DO UPDATE SET resumed_at = ${at} RETURNING 'true' AS json`;
  const deleteOver = `WITH over AS (
      DELETE FROM ${quoted}.jobber_intents WHERE sequence IN (
        SELECT sequence FROM ${quoted}.jobber_intents
        WHERE state IN ('done', 'cancelled') AND finished_at < to_timestamp($1::float8 / 1000) LIMIT ${BATCH})
      RETURNING tenant, sequence),
    logs AS (DELETE FROM ${quoted}.jobber_intent_log l USING over WHERE l.sequence = over.sequence),
    matches AS (DELETE FROM ${quoted}.jobber_intent_matches m USING over
      WHERE m.tenant = over.tenant AND m.sequence = over.sequence)
    SELECT sequence::text AS json FROM over`;
  const deleteMatches = `DELETE FROM ${quoted}.jobber_intent_matches
    WHERE tenant = $1 AND sequence = $2 RETURNING 'true' AS json`;

  async function continueAll(transaction: OutboxTransaction, rows: readonly Intent[]) {
    for (const row of rows) {
      const resumed = intentTransitions.resumedIntent(toCaller(row, 0), transaction.now);
      await writeIntent(transaction, intents, resumed, "settled");
    }
    return rows.length;
  }

  return {
    async resolve(sequence, decision, { now: given = clock() } = {}) {
      const done = await transact(context, given, async (transaction) => {
        const { run, now } = transaction;
        const [row] = await run<Intent>(intents.lock, [sequence]);
        const resolved =
          row === undefined
            ? null
            : intentTransitions.resolvedIntent(toCaller(row, 0), decision, now);
        if (resolved === null) return false;
        await writeIntent(transaction, intents, resolved, "resolved");
        const { state, objectType, ref, objectId, tenant } = resolved;
        if (state === "done" && ref !== null && objectId !== null)
          await addLink(run, links, tenant, { objectType, ref, objectId });
        await run(links.release, [now]);
        return true;
      });
      wake();
      return done;
    },

    async resume(tenant, { now: given = clock() } = {}) {
      const resumed = await transact(context, given, async (transaction) => {
        const { run, now } = transaction;
        await run(note, [tenant, now]);
        return continueAll(transaction, await run<Intent>(paused, [tenant]));
      });
      wake();
      return resumed;
    },

    erase: (erasure) =>
      transact(context, erasure.now ?? clock(), async (transaction) => {
        const { run, now } = transaction;
        let erased = 0;
        for (const row of await run<Intent>(ofTenant, [erasure.tenant])) {
          if (!intentTransitions.isErasedIntent(row, erasure)) continue;
          const empty = intentTransitions.erasedIntent(toCaller(row, 0), now);
          if (empty === null) continue;
          await run(deleteMatches, [row.tenant, row.sequence]);
          await writeIntent(transaction, intents, empty, "settled");
          erased += 1;
        }
        return erased;
      }),

    async purge({ now: given = clock(), doneAfterMs = intentTransitions.DONE_AFTER_MS } = {}) {
      await transact(context, given, async (transaction) => {
        const since = transaction.now - intentTransitions.MAX_PAUSE_MS;
        await continueAll(transaction, await transaction.run<Intent>(pausedLong, [since]));
      });
      if (!Number.isFinite(doneAfterMs)) return 0;
      for (let deleted = 0; ; ) {
        const batch = await transact(context, given, ({ run, now }) =>
          run<number>(deleteOver, [now - doneAfterMs]),
        );
        deleted += batch.length;
        if (batch.length < BATCH) return deleted;
      }
    },
  };
}
