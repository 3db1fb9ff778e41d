import type { Intent } from "@jobber-sync/core";
import { type IntentSettlement, intentTransitions, type Outbox } from "@jobber-sync/core/ports";
import { wakeLater } from "../inbox/wake-later.ts";
import { intentStatements, toCaller, writeIntent } from "./intent-rows.ts";
import { addLink, linkStatements } from "./links.ts";
import { OPEN, type OutboxContext, type OutboxTransaction, transact } from "./outbox-context.ts";

/** Creates `settle`, which follows `settledIntent`. */
export function createSettle(context: OutboxContext): Outbox["settle"] {
  const { schema, applyIn, wake } = context;
  const intents = intentStatements(schema);
  const links = linkStatements(schema);
  const lanes = `${schema.quoted}.jobber_lanes`;
  const lane = "tenant = $1 AND object_type = $2 AND object_id = $3 AND claim_id = $4";
  const lock = `SELECT 'true' AS json FROM ${lanes} WHERE ${lane} FOR UPDATE`;
  const free = `DELETE FROM ${lanes} WHERE ${lane} RETURNING wanted::text AS json`;
  const left = `SELECT 'true' AS json FROM ${schema.quoted}.jobber_intents
    WHERE tenant = $1 AND object_type = $2 AND lane = $3 AND ${OPEN} AND claim_id = $4 LIMIT 1`;
  const resumed = `SELECT round(extract(epoch FROM resumed_at) * 1000)::text AS json
    FROM ${schema.quoted}.jobber_tenants WHERE tenant = $1 AND resumed_at IS NOT NULL FOR UPDATE`;

  return async (claim, settlements, change) => {
    const { id, object } = claim;
    const { tenant, objectType, objectId } = object;
    const key = [tenant, objectType, objectId, id];
    const settled = await transact(context, context.now(), async (transaction) => {
      const { run, client } = transaction;
      if ((await run(lock, key)).length === 0) return false;
      for (const settlement of settlements) await settleOne(transaction, claim, settlement);
      if (change !== undefined) await applyIn(run, change);
      if ((await run(left, key)).length === 0) {
        const [wanted] = await run<boolean>(free, key);
        // A delivery's wake-up that found the lane held is spent.
        if (wanted === true) await wakeLater(context, client, [object]);
      }
      await run(links.release, [transaction.now]);
      return true;
    });
    wake();
    if (settled && change !== undefined) context.onApplied();
    return settled;
  };

  async function settleOne(
    transaction: OutboxTransaction,
    { id, object, claimedAt }: Parameters<Outbox["settle"]>[0],
    settlement: IntentSettlement,
  ): Promise<void> {
    const { run, now, offset } = transaction;
    const [row] = await run<Intent>(intents.lock, [settlement.sequence]);
    if (row?.claimId !== id) return;
    const { tenant } = object;
    const [resumedAt = null] =
      settlement.state === "paused" ? await run<number>(resumed, [tenant]) : [];
    const times = { now, claimedAt: claimedAt + offset, resumedAt };
    const given = "dueAt" in settlement ? { dueAt: settlement.dueAt + offset } : {};
    const intent = intentTransitions.settledIntent(
      toCaller(row, 0),
      { ...settlement, ...given } as IntentSettlement,
      times,
    );
    await writeIntent(transaction, intents, intent, "settled");
    if (settlement.state !== "done") return;
    for (const link of intentTransitions.linksOf(intent, settlement))
      await addLink(run, links, tenant, link);
  }
}
