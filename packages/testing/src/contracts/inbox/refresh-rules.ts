import assert from "node:assert/strict";
import type { Claim, Inbox, ObjectParent } from "@jobber-sync/core/ports";
import type { ClockRule } from "./clock-rules.ts";
import { delivery, done, LEASE_MS, listenTo, objectOf, sequencesOf, until } from "./deliveries.ts";
import type { Rule } from "./rule.ts";

const START = Date.parse("2026-01-25T10:00:00Z");
const SECOND_MS = 1000;
const HOUR_MS = 60 * 60 * SECOND_MS;

/** Rules of refreshes that use a clock. */
export function refreshRules(rule: ClockRule): void {
  rule("a refresh is due at its time, and a claim carries it", async ({ inbox }, clock) => {
    clock.now = START;
    await inbox.refresh(objectOf("1"), { dueAt: START + SECOND_MS });
    assert.equal(await claimAt(inbox, START), null);
    assert.deepEqual(await inbox.due({ now: START, limit: 10 }), []);
    clock.now += SECOND_MS;
    assert.deepEqual(await inbox.due({ now: clock.now, limit: 10 }), [objectOf("1")]);
    const claim = await claimAt(inbox, clock.now);
    assert.deepEqual(claim?.deliveries, []);
    assert.equal(claim.refresh?.dueAt, clock.now);
    assert.deepEqual(await inbox.due({ now: clock.now, limit: 10 }), []);
    assert.equal(await claimAt(inbox, clock.now), null);
    await inbox.settle(claim, []);
    assert.equal(await claimAt(inbox, clock.now + HOUR_MS), null);
  });

  rule("requests for one object are merged", async ({ inbox }, clock) => {
    clock.now = START;
    const object = objectOf("1");
    const first = { dueAt: START + 3, lastAt: START + 9, accountId: "A", missingSince: 5 };
    await inbox.refresh(object, { ...first, since: 7, occurredAt: 1 });
    await inbox.refresh(object, { dueAt: START + 2, since: 6, occurredAt: 2, missingSince: 6 });
    await inbox.refresh(object, { dueAt: START + 4, lastAt: START + 5 });
    clock.now += SECOND_MS;
    const claim = await claimAt(inbox, clock.now);
    assert.ok(claim?.refresh);
    const { revision: _, ...refresh } = claim.refresh;
    const times = { since: 7, occurredAt: 2, missingSince: 5, retries: 0 };
    assert.deepEqual(refresh, { dueAt: START + 2, lastAt: START + 9, accountId: "A", ...times });
    await inbox.settle(claim, []);
    assert.equal(await claimAt(inbox, clock.now), null);
  });

  rule("a claim of deliveries carries a refresh that is not due", async ({ inbox }, clock) => {
    clock.now = START;
    await inbox.refresh(objectOf("1"), { dueAt: START + HOUR_MS });
    await inbox.accept(delivery("1", { receivedAt: START }));
    const claim = await claimAt(inbox, START);
    assert.equal(claim?.refresh?.dueAt, START + HOUR_MS);
  });

  rule("settle requests refreshes of its own object and of others", async ({ inbox }, clock) => {
    clock.now = START;
    await inbox.accept(delivery("1", { receivedAt: START }));
    const claim = await claimAt(inbox, START);
    assert.ok(claim);
    const refreshes = ["1", "2"].map((id) => ({ ...objectOf(id), dueAt: START + SECOND_MS }));
    await inbox.settle(claim, done(claim), { refreshes });
    assert.deepEqual(await inbox.due({ now: START, limit: 10 }), []);
    clock.now += SECOND_MS;
    const due = await inbox.due({ now: clock.now, limit: 10 });
    assert.deepEqual(due.map(({ objectId }) => objectId).sort(), ["1", "2"]);
  });

  rule("settle keeps a refresh that was requested during the run", async ({ inbox }, clock) => {
    clock.now = START;
    await inbox.refresh(objectOf("1"), { dueAt: START });
    const claim = await claimAt(inbox, START);
    assert.ok(claim);
    await inbox.refresh(objectOf("1"), { dueAt: START });
    await inbox.settle(claim, []);
    assert.ok((await claimAt(inbox, START))?.refresh);
  });

  rule("a claim that lost its lane changes no refresh", async ({ inbox }, clock) => {
    clock.now = START;
    await inbox.refresh(objectOf("1"), { dueAt: START });
    const lost = await claimAt(inbox, START);
    assert.ok(lost);
    clock.now += 2 * LEASE_MS;
    const second = await claimAt(inbox, clock.now);
    assert.equal(second?.refresh?.revision, lost.refresh?.revision);
    await inbox.settle(lost, [], { refreshes: [{ ...objectOf("2"), dueAt: START }] });
    clock.now += 2 * LEASE_MS;
    assert.deepEqual(await inbox.due({ now: clock.now, limit: 10 }), [objectOf("1")]);
    assert.ok((await claimAt(inbox, clock.now))?.refresh);
  });

  rule("due lists refreshes after deliveries", async ({ inbox }, clock) => {
    clock.now = START;
    await inbox.refresh(objectOf("1"), { dueAt: START - HOUR_MS });
    await inbox.accept(delivery("2", { receivedAt: START }));
    const due = await inbox.due({ now: START, limit: 10 });
    assert.deepEqual(due, [objectOf("2"), objectOf("1")]);
    assert.deepEqual(await inbox.due({ now: START, limit: 1 }), [objectOf("2")]);
  });

  rule(
    "a refresh requested by a fast clock is due once the clock is right",
    async ({ inbox }, clock) => {
      clock.now = START + HOUR_MS;
      await inbox.refresh(objectOf("1"), { dueAt: clock.now + SECOND_MS });
      clock.now = START;
      assert.deepEqual(await inbox.due({ now: START, limit: 10 }), [objectOf("1")]);
      assert.ok((await claimAt(inbox, START))?.refresh);
    },
  );
}

/** Rules of parents. */
export function parentRules(rule: ClockRule): void {
  rule("settle remembers parents, and the latest one of an object", async ({ inbox }, clock) => {
    clock.now = START;
    const visit = { tenant: "acme", objectType: "visit", objectId: "v" } as const;
    assert.equal(await inbox.parentOf(visit), null);
    for (const parentId of ["1", "2"]) {
      await settleWith(inbox, START, [{ ...visit, parentType: "job", parentId }]);
      assert.deepEqual(await inbox.parentOf(visit), objectOf(parentId));
    }
    assert.equal(await inbox.parentOf({ ...visit, tenant: "globex" }), null);
    assert.equal(await inbox.parentOf({ ...visit, objectType: "property" }), null);
  });

  rule("purge forgets parents that were not seen for long", async ({ inbox }, clock) => {
    clock.now = START;
    const parent = { parentType: "job", parentId: "1" } as const;
    const visit = (objectId: string) =>
      ({ tenant: "acme", objectType: "visit", objectId }) as const;
    await settleWith(inbox, START, [
      { ...visit("old"), ...parent },
      { ...visit("seen"), ...parent },
    ]);
    clock.now += 30 * 24 * HOUR_MS;
    await settleWith(inbox, clock.now, [{ ...visit("seen"), ...parent }]);
    await inbox.purge({ now: clock.now, parentsAfterMs: 24 * HOUR_MS });
    assert.equal(await inbox.parentOf(visit("old")), null);
    assert.deepEqual(await inbox.parentOf(visit("seen")), objectOf("1"));
  });
}

async function settleWith(
  inbox: Inbox,
  now: number,
  parents: readonly ObjectParent[],
): Promise<void> {
  await inbox.accept(delivery("1", { receivedAt: now }));
  const claim = await claimAt(inbox, now);
  assert.ok(claim);
  await inbox.settle(claim, done(claim), { parents });
}

/** Rules of refreshes that use the real clock. */
export function refreshWakingRules(rule: Rule): void {
  rule("listen wakes for a refresh once it is due", async ({ inbox }) => {
    const claims: Claim[] = [];
    const wake = async ({ seen }: { readonly seen: readonly string[] }) => {
      await inbox.refresh(objectOf("1"), { dueAt: Date.now() + 100 });
      await until(() => seen.length > 0);
    };
    await listenTo(inbox, wake, async (claim) => void claims.push(claim));
    assert.ok(claims.some(({ refresh }) => refresh !== null));
  });

  rule("concurrent requests for an object leave one refresh", async ({ inbox, another }) => {
    const now = Date.now();
    await Promise.all(
      Array.from({ length: 20 }, (_, index) => {
        const lastAt = now + index;
        const to = index % 2 === 0 ? inbox : (another?.inbox ?? inbox);
        return to.refresh(objectOf("1"), { dueAt: now - 50, lastAt });
      }),
    );
    const claim = await until(() => claimAt(inbox, Date.now()));
    assert.deepEqual(sequencesOf(claim), []);
    assert.equal(claim.refresh?.lastAt, now + 19);
  });
}

function claimAt(inbox: Inbox, now: number): Promise<Claim | null> {
  return inbox.claim(objectOf("1"), { leaseMs: LEASE_MS, now });
}
