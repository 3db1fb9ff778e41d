import assert from "node:assert/strict";
import {
  CHECK,
  CLIENT,
  CREATES,
  create,
  DONE,
  edit,
  read,
  settleAll,
  stateOf,
  taken,
} from "./intents.ts";
import type { OutboxRule } from "./outbox-rule.ts";

/** Rules of the operations for people and programs around the outbox. */
export function outboxToolsRules(rule: OutboxRule): void {
  rule("resolve adopts an object that a person found", async ({ outbox }, clock) => {
    const { sequence } = await outbox.put(create(clock, "lead"));
    const dependsOn = [{ objectType: "client", ref: "lead" } as const];
    const child = await outbox.put(edit(clock, { objectId: null, ref: "lead", dependsOn }));
    const adopt = { action: "adopt", objectId: CLIENT.objectId } as const;
    assert.equal(await outbox.resolve(sequence, adopt, { now: clock.now }), false);
    await settleAll(outbox, await taken(outbox, clock, CREATES), CHECK);
    assert.equal(await outbox.resolve(sequence, adopt, { now: clock.now }), true);
    assert.deepEqual(await outbox.links("acme", dependsOn), [
      { ...dependsOn[0], objectId: CLIENT.objectId },
    ]);
    assert.deepEqual(
      [await stateOf(outbox, sequence), await stateOf(outbox, child.sequence)],
      ["done", "waiting"],
    );
    assert.equal((await outbox.log(sequence)).at(-1)?.event, "resolved");
  });

  rule("resolve sends again, a conflict with force", async ({ outbox }, clock) => {
    const resent = async (settlement: object) => {
      const { sequence } = await outbox.put(edit(clock));
      const claim = await taken(outbox, clock);
      await outbox.markSent(claim, sequence, { now: clock.now });
      await settleAll(outbox, claim, settlement);
      assert.equal(await outbox.resolve(sequence, { action: "resend" }, { now: clock.now }), true);
      const { state, sentAt, forced, finishedAt, detail } = await read(outbox, sequence);
      await settleAll(outbox, await taken(outbox, clock), DONE);
      return [state, sentAt, forced, finishedAt, detail];
    };
    assert.deepEqual(await resent(CHECK), ["waiting", null, false, null, null]);
    const conflict = { state: "conflict", reason: "changed", detail: { fields: ["phone"] } };
    assert.deepEqual(await resent(conflict), ["waiting", null, true, null, null]);
  });

  rule("resolve cancels only what cannot have been sent", async ({ outbox }, clock) => {
    const cancel = (sequence: number) =>
      outbox.resolve(sequence, { action: "cancel" }, { now: clock.now });
    const waiting = await outbox.put(edit(clock));
    assert.equal(await cancel(waiting.sequence), true);
    assert.equal(await stateOf(outbox, waiting.sequence), "cancelled");
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), []);
    const sent = await outbox.put(edit(clock));
    const claim = await taken(outbox, clock);
    assert.equal(await cancel(sent.sequence), false);
    await outbox.markSent(claim, sent.sequence, { now: clock.now });
    assert.equal(await cancel(sent.sequence), false);
    const lost = { state: "uncertain", dueAt: clock.now, looks: 0, reason: "ERR_API_TIMEOUT" };
    await settleAll(outbox, claim, lost);
    assert.equal(await cancel(sent.sequence), false);
    await settleAll(outbox, await taken(outbox, clock), DONE);
    assert.equal(await cancel(sent.sequence), false);
    const resend = { action: "resend" } as const;
    assert.equal(await outbox.resolve(sent.sequence, resend, { now: clock.now }), false);
    assert.equal(await cancel(999_999), false);
  });

  rule("list filters by every condition", async ({ outbox }, clock) => {
    const { sequence } = await outbox.put(edit(clock, { key: "one", matches: ["mail-a"] }));
    await outbox.put(edit(clock, { tenant: "other", matches: ["mail-b"] }));
    await outbox.put(create(clock, "lead", { objectType: "job" }));
    const found = async (filter: object) =>
      (await outbox.list({ tenant: "acme", ...filter })).map((row) => row.sequence);
    for (const filter of [
      { key: "one" },
      { objectType: "client" },
      { objectId: CLIENT.objectId },
      { matches: ["mail-a", "mail-b"] },
      { sequences: [sequence] },
      { limit: 1 },
    ] as const)
      assert.deepEqual(await found(filter), [sequence], JSON.stringify(filter));
    assert.equal((await found({ ref: "lead" })).length, 1);
    assert.equal((await found({ states: ["waiting"] })).length, 2);
    assert.deepEqual(await found({ states: ["check"] }), []);
    assert.equal((await outbox.list({ matches: ["mail-b"] })).length, 1);
  });

  rule("stats counts open and failed intents with their age", async ({ outbox }, clock) => {
    await outbox.put(edit(clock));
    await settleAll(outbox, await taken(outbox, clock), DONE);
    await outbox.put(edit(clock));
    clock.now += 5000;
    await outbox.put(edit(clock));
    assert.deepEqual(await outbox.stats({ now: clock.now }), [
      { tenant: "acme", state: "waiting", rows: 2, oldestAgeMs: 5000 },
    ]);
  });

  rule("erase empties intents and cancels what is not done", async ({ outbox }, clock) => {
    const done = await outbox.put(edit(clock, { matches: ["mail-a"] }));
    const settlement = { ...DONE, detail: { values: { firstName: "Ann" } } };
    await settleAll(outbox, await taken(outbox, clock), settlement);
    const waiting = await outbox.put(edit(clock));
    const other = await outbox.put(edit(clock, { objectId: "b3RoZXI" }));
    const foreign = await outbox.put(edit(clock, { tenant: "other" }));
    const { objectType, objectId } = CLIENT;
    const client = { tenant: "acme", objects: [{ objectType, objectId: `${objectId}==` }] };
    assert.equal(await outbox.erase({ ...client, now: clock.now }), 2);
    assert.equal(await outbox.erase({ ...client, now: clock.now }), 0);
    for (const { sequence } of [done, waiting]) {
      const row = await read(outbox, sequence);
      assert.deepEqual([row.action, row.detail, row.matches], [{}, null, []]);
    }
    assert.deepEqual(await outbox.list({ matches: ["mail-a"] }), []);
    assert.equal(await stateOf(outbox, done.sequence), "done");
    assert.equal(await stateOf(outbox, waiting.sequence), "cancelled");
    assert.equal(await stateOf(outbox, other.sequence), "waiting");
    const claim = await taken(outbox, clock, { ...CLIENT, objectId: "b3RoZXI" });
    assert.equal(await outbox.erase({ tenant: "acme", now: clock.now }), 0);
    await settleAll(outbox, claim, CHECK);
    assert.equal(await outbox.erase({ tenant: "acme", now: clock.now }), 1);
    assert.equal(await stateOf(outbox, foreign.sequence), "waiting");
  });

  rule("purge deletes done and cancelled intents, and keeps links", async (opened, clock) => {
    const { outbox } = opened;
    const { sequence } = await outbox.put(create(clock, "lead"));
    await settleAll(outbox, await taken(outbox, clock, CREATES), DONE);
    const failed = await outbox.put(create(clock, "other"));
    await settleAll(outbox, await taken(outbox, clock, CREATES), CHECK);
    const doneAfterMs = 1000;
    clock.now += doneAfterMs;
    assert.equal(await outbox.purge({ now: clock.now, doneAfterMs }), 0);
    clock.now += 1;
    assert.equal(await outbox.purge({ now: clock.now, doneAfterMs }), 1);
    assert.deepEqual(await outbox.list({ sequences: [sequence] }), []);
    assert.deepEqual(await outbox.log(sequence), []);
    assert.equal(await stateOf(outbox, failed.sequence), "check");
    const names = [{ objectType: "client", ref: "lead" } as const];
    assert.equal((await outbox.links("acme", names)).length, 1);
  });
}
