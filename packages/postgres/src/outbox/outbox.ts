import { listenByPolling, type Outbox } from "@jobber-sync/core/ports";
import type { InboxContext } from "../inbox/inbox-context.ts";
import { createClaim, createExtend, createMarkSent } from "./claim.ts";
import { createDecisions } from "./decide.ts";
import { createDue } from "./due.ts";
import { createLinks } from "./links.ts";
import { createListing } from "./list.ts";
import type { OutboxContext } from "./outbox-context.ts";
import { createPut } from "./put.ts";
import { createSettle } from "./settle.ts";

/** Options of {@link createOutbox}. */
export interface OutboxOptions extends InboxContext {
  readonly applyIn: OutboxContext["applyIn"];
  readonly onApplied: OutboxContext["onApplied"];
  /** Time between looks for work that nothing in this process announced. Milliseconds. */
  readonly pollMs: number;
}

/** Creates the outbox on the inbox's database. */
export function createOutbox({ pollMs, ...options }: OutboxOptions): Outbox {
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const listener of wakes) listener();
  };
  const context: OutboxContext = { ...options, wake };
  const due = createDue(context);
  return {
    put: createPut(context),
    claim: createClaim(context),
    extend: createExtend(context),
    markSent: createMarkSent(context),
    settle: createSettle(context),
    listen: (run, listening) =>
      listenByPolling({ due }, run, {
        ...listening,
        now: options.now,
        pollMs,
        onWake(listener) {
          wakes.add(listener);
          return () => wakes.delete(listener);
        },
      }),
    due,
    ...createListing(context),
    ...createLinks(context),
    ...createDecisions(context),
  };
}
