import type { Inbox } from "@jobber-sync/core/ports";
import { type AcceptOptions, createAccept } from "./accept.ts";
import { createAcquireSlot } from "./acquire-slot.ts";
import { createClaim } from "./claim.ts";
import { createDiscard } from "./discard.ts";
import { createDue } from "./due.ts";
import { createErase } from "./erase.ts";
import { createExtend } from "./extend.ts";
import type { InboxContext } from "./inbox-context.ts";
import { createListing } from "./list.ts";
import { createListen } from "./listen.ts";
import { listenWithoutBoss, type PollOptions } from "./listen-without-boss.ts";
import { createNextSequence } from "./next-sequence.ts";
import { createParentOf, createWriteParents } from "./parents.ts";
import { createPurge } from "./purge.ts";
import { createRefresh, createWriteRefreshes } from "./refresh.ts";
import { createReplay } from "./replay.ts";
import { createResume } from "./resume.ts";
import { createSettle } from "./settle.ts";
import { createStats } from "./stats.ts";
import type { SweepOptions } from "./sweep.ts";

/** Options for {@link createInbox}. */
export interface InboxOptions {
  readonly accept: AcceptOptions;
  /** Used with pg-boss. */
  readonly sweep: SweepOptions;
  /** Used without pg-boss. */
  readonly poll: PollOptions;
}

/**
 * Creates the inbox: rows in `jobber_deliveries`, and wake-ups in a pg-boss queue. Without pg-boss
 * workers poll the rows.
 */
export function createInbox(context: InboxContext, options: InboxOptions): Inbox {
  const writeRefreshes = createWriteRefreshes(context);
  const { boss } = context;
  const inbox = {
    accept: createAccept(context, options.accept),
    nextSequence: createNextSequence(context),
    claim: createClaim(context),
    extend: createExtend(context),
    settle: createSettle(context, { writeRefreshes, writeParents: createWriteParents(context) }),
    parentOf: createParentOf(context),
    refresh: createRefresh(context, writeRefreshes),
    due: createDue(context),
    ...createListing(context),
    stats: createStats(context),
    replay: createReplay(context),
    resume: createResume(context),
    discard: createDiscard(context),
    erase: createErase(context),
    acquireSlot: createAcquireSlot(context),
    purge: createPurge(context),
  };
  return boss === null
    ? { ...inbox, ...listenWithoutBoss(context, inbox, options.poll) }
    : { ...inbox, listen: createListen({ ...context, boss }, options.sweep) };
}
