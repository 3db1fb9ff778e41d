import type { Inbox } from "@jobber-sync/core/ports";
import { runStatement } from "../database/transaction.ts";
import type { InboxContext } from "./inbox-context.ts";

/** Creates `nextSequence`. */
export function createNextSequence({ pool, schema }: InboxContext): Inbox["nextSequence"] {
  const statement = `SELECT nextval(${schema.sequence})::text AS json`;

  return async () => {
    const [sequence = 0] = await runStatement<number>(pool, statement, []);
    return sequence;
  };
}
