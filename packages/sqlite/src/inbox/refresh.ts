import type { Inbox } from "@jobber-sync/core/ports";
import { type InboxContext, wholeMs } from "./inbox-context.ts";
import { requestRefresh } from "./refreshes.ts";

/** Creates `refresh`. */
export function createRefresh({ database, now: clock, wake }: InboxContext): Inbox["refresh"] {
  const options = { withoutSavepoint: true, onCommit: wake };
  return (object, request, { now = clock() } = {}) =>
    database.write(
      (transaction) => requestRefresh(transaction, object, request, wholeMs(now)),
      options,
    );
}
