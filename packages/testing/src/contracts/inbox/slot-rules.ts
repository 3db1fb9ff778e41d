import assert from "node:assert/strict";
import type { Inbox } from "@jobber-sync/core/ports";
import type { Rule } from "./rule.ts";

const TEN_MINUTES_MS = 10 * 60_000;
const HOUR_MS = 60 * 60_000;

/** Rules of `acquireSlot`. */
export function fetchRules(rule: Rule): void {
  rule(
    "acquireSlot spaces the calls of all processes and acquires no slot beyond the longest wait",
    async (opened) => {
      const { inbox, another } = opened;
      const acquire = (index: number, maxWaitMs: number) =>
        (index % 2 === 0 ? inbox : (another?.inbox ?? inbox)).acquireSlot("acme", {
          perSecond: 2,
          maxWaitMs,
          now: Date.now(),
        });
      const waits: number[] = [];
      for (let index = 0; index < 3; index += 1) waits.push(await acquire(index, 60_000));
      // `drain` waits for any length of time.
      waits.push(await acquire(3, Number.POSITIVE_INFINITY));
      for (const [index, wait] of waits.entries())
        assert.ok(Math.abs(wait - index * 500) < 250, `slot ${index} is ${wait} ms away`);
      const rejected = await acquire(0, 100);
      const next = await acquire(1, 60_000);
      assert.ok(
        rejected > 100 && Math.abs(rejected - next) < 250,
        "a slot without a caller is not acquired",
      );
      assert.equal(
        await inbox.acquireSlot("other", { perSecond: 2, maxWaitMs: 0, now: Date.now() }),
        0,
      );
    },
  );

  rule("acquireSlot gives rejected callers retry times one slot apart", async (opened) => {
    const { inbox, another } = opened;
    await acquireAt(inbox, { perSecond: 2, maxWaitMs: 0 });
    let before: Place | undefined;
    for (let index = 0; index < 5; index += 1) {
      const asked = index % 2 === 0 ? inbox : (another?.inbox ?? inbox);
      const turn = await acquireAt(asked, { perSecond: 2, maxWaitMs: 0 });
      assert.ok(turn.waitMs > 0, "a slot was free already");
      if (before !== undefined)
        assert.ok(
          turn.latest - before.earliest >= 499,
          `caller ${index} retries together with the one before`,
        );
      before = turn;
    }
  });

  rule("acquireSlot never returns a wait of more than ten minutes", async ({ inbox }) => {
    const waits: number[] = [];
    for (let index = 0; index < 12; index += 1)
      waits.push((await acquireAt(inbox, { perSecond: 0.01, maxWaitMs: 0 })).waitMs);
    assert.equal(waits[0], 0);
    assert.ok(Math.max(...waits) > TEN_MINUTES_MS / 2, "rejected callers retry one by one");
    assert.ok(Math.max(...waits) <= TEN_MINUTES_MS, `the longest wait is ${Math.max(...waits)} ms`);
  });

  rule("acquireSlot works after a clock was set back", async ({ inbox }) => {
    const ahead = Date.now() + HOUR_MS;
    for (let index = 0; index < 3; index += 1)
      await inbox.acquireSlot("acme", { perSecond: 2, maxWaitMs: 0, now: ahead });
    const { waitMs } = await acquireAt(inbox, { perSecond: 2, maxWaitMs: 2000 });
    assert.ok(waitMs <= 2000, `the next slot is ${waitMs} ms away`);
  });
}

/**
 * The time of a caller's slot lies between these two, because the inbox reads its clock at some
 * moment during the call.
 */
interface Place {
  readonly waitMs: number;
  readonly earliest: number;
  readonly latest: number;
}

async function acquireAt(
  inbox: Inbox,
  { perSecond, maxWaitMs }: { readonly perSecond: number; readonly maxWaitMs: number },
): Promise<Place> {
  const now = Date.now();
  const waitMs = await inbox.acquireSlot("acme", { perSecond, maxWaitMs, now });
  return { waitMs, earliest: now + waitMs, latest: Date.now() + waitMs };
}
