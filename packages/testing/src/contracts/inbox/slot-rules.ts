import assert from "node:assert/strict";
import type { Inbox } from "@jobber-sync/core/ports";
import type { Rule } from "./rule.ts";

const TEN_MINUTES_MS = 10 * 60_000;
const HOUR_MS = 60 * 60_000;

/** Rules of the budget of API calls. */
export function fetchRules(rule: Rule): void {
  rule(
    "spaces API calls over everybody who shares the inbox, and acquires no slot beyond the longest wait",
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
      // Whoever drains an inbox waits for as long as it takes.
      waits.push(await acquire(3, Number.POSITIVE_INFINITY));
      for (const [index, wait] of waits.entries())
        assert.ok(Math.abs(wait - index * 500) < 250, `place ${index} is ${wait} ms away`);
      const rejected = await acquire(0, 100);
      const next = await acquire(1, 60_000);
      assert.ok(
        rejected > 100 && Math.abs(rejected - next) < 250,
        "a place that nobody waits for stays free",
      );
      assert.equal(
        await inbox.acquireSlot("other", { perSecond: 2, maxWaitMs: 0, now: Date.now() }),
        0,
      );
    },
  );

  rule(
    "sends those whom it turns away back one by one, as far apart as the places",
    async (opened) => {
      const { inbox, another } = opened;
      await acquireAt(inbox, { perSecond: 2, maxWaitMs: 0 });
      let before: Place | undefined;
      for (let index = 0; index < 5; index += 1) {
        const asked = index % 2 === 0 ? inbox : (another?.inbox ?? inbox);
        const turn = await acquireAt(asked, { perSecond: 2, maxWaitMs: 0 });
        assert.ok(turn.waitMs > 0, "a place was free already");
        if (before !== undefined)
          assert.ok(
            turn.latest - before.earliest >= 499,
            `number ${index} comes back together with the one before`,
          );
        before = turn;
      }
    },
  );

  rule("sends nobody further away than ten minutes", async ({ inbox }) => {
    const waits: number[] = [];
    for (let index = 0; index < 12; index += 1)
      waits.push((await acquireAt(inbox, { perSecond: 0.01, maxWaitMs: 0 })).waitMs);
    assert.equal(waits[0], 0);
    assert.ok(
      Math.max(...waits) > TEN_MINUTES_MS / 2,
      "those who are turned away come back one by one",
    );
    assert.ok(
      Math.max(...waits) <= TEN_MINUTES_MS,
      `somebody is sent ${Math.max(...waits)} ms away`,
    );
  });

  rule("is not blocked by a clock that was set back", async ({ inbox }) => {
    const ahead = Date.now() + HOUR_MS;
    for (let index = 0; index < 3; index += 1)
      await inbox.acquireSlot("acme", { perSecond: 2, maxWaitMs: 0, now: ahead });
    const { waitMs } = await acquireAt(inbox, { perSecond: 2, maxWaitMs: 2000 });
    assert.ok(waitMs <= 2000, `the next place is ${waitMs} ms away`);
  });
}

/** When a caller is to come: between these two, for the inbox may have looked at its clock at any moment of the call. */
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
