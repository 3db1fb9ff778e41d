import { type ChangeFeed, listenByPolling } from "@jobber-sync/core/ports";
import { createClaim } from "./claim.ts";
import { createDue } from "./due.ts";
import { createExtend } from "./extend.ts";
import type { FeedContext } from "./feed-context.ts";
import { createInitial } from "./initial.ts";
import { createList } from "./list.ts";
import { createPurge } from "./purge.ts";
import { createReplay } from "./replay.ts";
import { createSettle } from "./settle.ts";
import { createStats } from "./stats.ts";

/** Options of {@link createFeed}. */
export interface FeedOptions extends Omit<FeedContext, "wake"> {
  /** Time between looks for work that nothing in this process announced. Milliseconds. */
  readonly pollMs: number;
  /** Ends all listening when the database closes. */
  readonly closing: AbortSignal;
}

/** The feed of a database, and what `apply` needs to know of it. */
export interface Feed {
  readonly changes: ChangeFeed;
  /** Whether `apply` writes changes. */
  readonly isEnabled: () => boolean;
  /** Wakes every listener of this process. */
  readonly wake: () => void;
}

/** Creates the feed of a database. */
export function createFeed({ database, now, pollMs, closing }: FeedOptions): Feed {
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const listener of wakes) listener();
  };
  const context: FeedContext = { database, now, wake };
  const due = createDue(context);
  let enabled = false;
  const changes: ChangeFeed = {
    enable() {
      enabled = true;
    },
    due,
    claim: createClaim(context),
    extend: createExtend(context),
    settle: createSettle(context),
    listen: (run, options) =>
      listenByPolling({ due }, run, {
        ...options,
        signal: AbortSignal.any([options.signal, closing]),
        now,
        pollMs,
        onWake(listener) {
          wakes.add(listener);
          return () => wakes.delete(listener);
        },
      }),
    initial: createInitial(context),
    replay: createReplay(context),
    list: createList(context),
    stats: createStats(context),
    purge: createPurge(context),
  };
  return { changes, isEnabled: () => enabled, wake };
}
