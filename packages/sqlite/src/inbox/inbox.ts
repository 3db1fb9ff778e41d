import type { Inbox } from "@jobber-sync/core/ports";
import type { Database } from "../database/database.ts";
import { createAccept } from "./accept.ts";
import { createAcquireSlot } from "./acquire-slot.ts";
import { createClaim } from "./claim.ts";
import { createDiscard } from "./discard.ts";
import { createDue } from "./due.ts";
import { createErase } from "./erase.ts";
import { createExtend } from "./extend.ts";
import type { InboxContext } from "./inbox-context.ts";
import { createListing } from "./list.ts";
import { createListen } from "./listen.ts";
import { createParentOf } from "./parents.ts";
import { createPurge } from "./purge.ts";
import { createRefresh } from "./refresh.ts";
import { createReplay } from "./replay.ts";
import { createResume } from "./resume.ts";
import { createSettle } from "./settle.ts";
import { createStats } from "./stats.ts";

/** Options of {@link createInbox}. */
export interface InboxOptions {
  readonly database: Database;
  /** Time between looks for work that nothing in this process announced. Milliseconds. */
  readonly pollMs: number;
  /** Returns milliseconds since 1970. */
  readonly now: () => number;
  /** Ends all listening when the database closes. */
  readonly closing: AbortSignal;
}

/** Creates the inbox of a database. */
export function createInbox({ database, pollMs, now, closing }: InboxOptions): Inbox {
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const listener of wakes) listener();
  };
  const context: InboxContext = { database, now, wake };
  const due = createDue(context);
  return {
    accept: createAccept(context),
    nextSequence: () =>
      database.write((transaction) => transaction.nextSequence(), { withoutSavepoint: true }),
    claim: createClaim(context),
    extend: createExtend(context),
    settle: createSettle(context),
    refresh: createRefresh(context),
    parentOf: createParentOf(context),
    listen: createListen({ due, pollMs, now, wakes, closing }),
    due,
    ...createListing(context),
    stats: createStats(context),
    replay: createReplay(context),
    resume: createResume(context),
    discard: createDiscard(context),
    erase: createErase(context),
    acquireSlot: createAcquireSlot(context),
    purge: createPurge(context),
  };
}
