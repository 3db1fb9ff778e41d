import type { DeliveryInfo } from "@jobber-sync/core";
import { INBOX_DEFAULTS, type Inbox } from "@jobber-sync/core/ports";
import { millisecondsSql } from "../database/times.ts";
import { runStatement } from "../database/transaction.ts";
import { filterSql } from "./filter-sql.ts";
import { type InboxContext, wholeLimit } from "./inbox-context.ts";

/** Creates `list` and `body`, the read-only operations. */
export function createListing({ pool, schema }: InboxContext): Pick<Inbox, "list" | "body"> {
  const deliveries = `${schema.quoted}.jobber_deliveries`;

  return {
    list(filter) {
      const { conditions, values, order } = filterSql(filter);
      const { afterSequence, beforeSequence, newestFirst = false } = filter;
      const bounds = [...conditions];
      if (afterSequence !== undefined) bounds.push(`sequence > $${values.push(afterSequence)}`);
      if (beforeSequence !== undefined) bounds.push(`sequence < $${values.push(beforeSequence)}`);
      const direction = newestFirst ? "DESC" : "ASC";
      const text = `
SELECT json_build_object(
  'sequence', sequence, 'tenant', tenant, 'objectType', object_type, 'objectId', object_id,
  'deliveryKey', delivery_key, 'topic', topic, 'state', state, 'reason', reason, 'error', error,
  'attempts', attempts, 'retries', retries,
  'receivedAt', ${millisecondsSql("received_at")}, 'dueAt', ${millisecondsSql("due_at")},
  'bodyBytes', octet_length(body)
)::text AS json
FROM ${deliveries} WHERE ${bounds.join(" AND ")} ORDER BY ${order} ${direction} LIMIT $${values.length + 1}`;
      return runStatement<DeliveryInfo>(pool, text, [
        ...values,
        wholeLimit(filter.limit ?? INBOX_DEFAULTS.listLimit),
      ]);
    },

    async body(sequence) {
      const [body] = await runStatement<string | null>(
        pool,
        `SELECT to_json(encode(body, 'base64'))::text AS json FROM ${deliveries}
         WHERE sequence = $1 AND body IS NOT NULL`,
        [sequence],
      );
      return typeof body === "string" ? Buffer.from(body, "base64") : null;
    },
  };
}
