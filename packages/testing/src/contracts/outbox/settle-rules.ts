import assert from "node:assert/strict";
import {
  CHECK,
  CLIENT,
  CLIENT_ID,
  CREATES,
  create,
  DONE,
  edit,
  read,
  sequencesOf,
  settleAll,
  stateOf,
  take,
  taken,
} from "./intents.ts";
import type { OutboxRule } from "./outbox-rule.ts";

/** Rules of sending and settling. */
export function intentSettleRules(rule: OutboxRule): void {
  rule("markSent commits the time of the send", async ({ outbox }, clock) => {
    const { sequence } = await outbox.put(edit(clock));
    const claim = await taken(outbox, clock);
    clock.now += 100;
    assert.equal(await outbox.markSent(claim, sequence, { now: clock.now }), true);
    const { state, sentAt } = await read(outbox, sequence);
    assert.deepEqual([state, sentAt], ["sent", clock.now]);
    const events = (await outbox.log(sequence)).map(({ event }) => event);
    assert.deepEqual(events, ["planned", "sent"]);
  });

  rule("a waiting result was not sent, an uncertain one may have been", async (opened, clock) => {
    const { outbox } = opened;
    const { sequence } = await outbox.put(edit(clock));
    const send = async (settlement: object) => {
      const claim = await taken(outbox, clock);
      await outbox.markSent(claim, sequence, { now: clock.now });
      await settleAll(outbox, claim, settlement);
      return read(outbox, sequence);
    };
    const dueAt = clock.now;
    const waiting = await send({
      state: "waiting",
      dueAt,
      attempts: 2,
      reason: "ERR_API_THROTTLED",
    });
    assert.deepEqual(
      [waiting.state, waiting.sentAt, waiting.attempts, waiting.reason],
      ["waiting", null, 2, "ERR_API_THROTTLED"],
    );
    const lost = await send({ state: "uncertain", dueAt, looks: 1, reason: "ERR_API_TIMEOUT" });
    assert.deepEqual([lost.state, lost.sentAt, lost.looks], ["uncertain", clock.now, 1]);
  });

  rule("a done create links its ref, its other objects and their ids", async (opened, clock) => {
    const { outbox } = opened;
    await outbox.put(create(clock, "lead"));
    const property = { objectType: "property", ref: "lead", objectId: "cHJvcGVydHk" } as const;
    await settleAll(outbox, await taken(outbox, clock, CREATES), { ...DONE, links: [property] });
    const names = (["client", "property", "job"] as const).map((objectType) => ({
      objectType,
      ref: "lead",
    }));
    const links = await outbox.links("acme", names);
    assert.deepEqual(links.map(({ objectType, objectId }) => [objectType, objectId]).sort(), [
      ["client", CLIENT_ID],
      ["property", "cHJvcGVydHk"],
    ]);
    const { objectType, objectId } = CLIENT;
    const link = await outbox.linkOf("acme", { objectType, objectId });
    assert.equal(link?.ref, "lead");
    assert.equal(await outbox.linkOf("other", { objectType, objectId }), null);
    assert.deepEqual(await outbox.links("other", names), []);
  });

  rule("a name keeps its id, and an id its first name", async ({ outbox }, clock) => {
    await outbox.put(create(clock, "lead"));
    await settleAll(outbox, await taken(outbox, clock, CREATES), DONE);
    await outbox.put(create(clock, "lead"));
    await settleAll(outbox, await taken(outbox, clock, CREATES), { ...DONE, objectId: "b3RoZXI" });
    await outbox.put(create(clock, "another"));
    await settleAll(outbox, await taken(outbox, clock, CREATES), DONE);
    const names = ["lead", "another"].map((ref) => ({ objectType: "client", ref }) as const);
    const links = await outbox.links("acme", names);
    assert.deepEqual(links.map(({ ref, objectId }) => [ref, objectId]).sort(), [
      ["another", CLIENT_ID],
      ["lead", CLIENT_ID],
    ]);
    const { objectType, objectId } = CLIENT;
    assert.equal((await outbox.linkOf("acme", { objectType, objectId }))?.ref, "lead");
  });

  rule("settle writes the records in the same step", async ({ outbox, store }, clock) => {
    await outbox.put(edit(clock));
    const claim = await taken(outbox, clock);
    const [sequence = 0] = sequencesOf(claim);
    const write = {
      tenant: "acme",
      jobberClientId: CLIENT_ID,
      mode: "replace",
      fields: { firstName: "Ann" },
      sourceUpdatedAt: "2026-01-25T10:00:00.000Z",
      sequence: await store.nextSequence(),
    } as const;
    const change = { contacts: [write], jobs: [], submissions: [] };
    const done = { sequence, state: "done", reason: "sent", objectId: CLIENT_ID, detail: null };
    assert.equal(await outbox.settle(claim, [done as never], change), true);
    assert.equal((await store.contacts("acme"))[0]?.firstName, "Ann");
    const lost = { ...change, contacts: [{ ...write, jobberClientId: "b3RoZXI" }] };
    assert.equal(await outbox.settle(claim, [done as never], lost), false);
    assert.equal((await store.contacts("acme")).length, 1);
  });

  rule("a claim returns the newest intent of the object that was sent", async (opened, clock) => {
    const { outbox } = opened;
    for (const reason of ["sent", "sent", "converged"]) {
      await outbox.put(edit(clock));
      clock.now += 1000;
      const detail = { at: clock.now };
      await settleAll(outbox, await taken(outbox, clock), { ...DONE, reason, detail });
    }
    await outbox.put(edit(clock));
    const { last } = await taken(outbox, clock);
    assert.deepEqual(last?.detail, { at: clock.now - 1000 });
  });

  rule("settling a part of the intents keeps the lane", async ({ outbox }, clock) => {
    await outbox.put(edit(clock));
    await outbox.put(edit(clock));
    const claim = await taken(outbox, clock);
    const [first = 0, second = 0] = sequencesOf(claim);
    const done = { state: "done", reason: "sent", objectId: CLIENT_ID, detail: null } as const;
    await outbox.settle(claim, [{ sequence: first, ...done }]);
    await outbox.put(edit(clock));
    assert.equal(await take(outbox, clock), null);
    assert.equal(await outbox.markSent(claim, first, { now: clock.now }), false);
    assert.equal(await outbox.markSent(claim, second, { now: clock.now }), true);
    await outbox.settle(claim, [{ sequence: second, ...done }]);
    assert.equal((await taken(outbox, clock)).intents.length, 1);
  });

  rule("paused intents wait for resume, also one that comes first", async ({ outbox }, clock) => {
    const { sequence } = await outbox.put(edit(clock));
    const paused = { state: "paused", reason: "ERR_API_NEEDS_REAUTH", detail: null };
    await settleAll(outbox, await taken(outbox, clock), paused);
    clock.now += 1000;
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), []);
    assert.equal(await outbox.resume("other", { now: clock.now }), 0);
    assert.equal(await outbox.resume("acme", { now: clock.now }), 1);
    const claim = await taken(outbox, clock);
    await outbox.resume("acme", { now: clock.now });
    await settleAll(outbox, claim, paused);
    assert.equal(await stateOf(outbox, sequence), "waiting");
  });

  rule("a pause of more than seven days ends in check", async ({ outbox }, clock) => {
    const pausedFor = async (ms: number, end: () => Promise<number>) => {
      clock.now += 1;
      const { sequence } = await outbox.put(edit(clock));
      const paused = { state: "paused", reason: "ERR_API_NEEDS_REAUTH", detail: null };
      await settleAll(outbox, await taken(outbox, clock), paused);
      clock.now += ms;
      await end();
      const row = await read(outbox, sequence);
      if (row.state === "waiting") await settleAll(outbox, await taken(outbox, clock), CHECK);
      return row.state;
    };
    const WEEK_MS = 7 * 24 * 3_600_000;
    const resume = () => outbox.resume("acme", { now: clock.now });
    const purge = () => outbox.purge({ now: clock.now });
    assert.equal(await pausedFor(WEEK_MS, resume), "waiting");
    assert.equal(await pausedFor(WEEK_MS + 1, resume), "check");
    assert.equal(await pausedFor(WEEK_MS, purge), "paused");
    assert.equal(await pausedFor(WEEK_MS + 1, purge), "check");
  });
}
