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

/** The feed of a schema, and what `apply` needs to know of it. */
export interface Feed {
  readonly changes: ChangeFeed;
  /** Whether `apply` writes changes. */
  readonly isEnabled: () => boolean;
  /** Wakes every listener of this process. */
  readonly wake: () => void;
}

// A change that another process commits waits for half of it on average. One index lookup.
const POLL_MS = 500;

/**
 * Creates the feed of a schema. Its listeners look for due changes when this process has committed
 * some, else every 500 ms: that works without pg-boss, through any pooler.
 */
export function createFeed(options: Omit<FeedContext, "wake">): Feed {
  const wakes = new Set<() => void>();
  const wake = () => {
    for (const listener of wakes) listener();
  };
  const context: FeedContext = { ...options, wake };
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
    listen: (run, listening) =>
      listenByPolling({ due }, run, {
        ...listening,
        now: context.now,
        pollMs: POLL_MS,
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
