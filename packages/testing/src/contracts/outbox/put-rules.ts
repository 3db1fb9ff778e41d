import assert from "node:assert/strict";
import { CLIENT, CREATES, create, edit, read, settleAll, stateOf, taken } from "./intents.ts";
import type { OutboxRule } from "./outbox-rule.ts";

/** Rules of keys, contents and dependencies. */
export function putRules(rule: OutboxRule): void {
  rule("put stores an intent that is waiting and due at once", async ({ outbox }, clock) => {
    const incoming = edit(clock, { by: "user:7", matches: ["a", "b"] });
    const { sequence, ...accepted } = await outbox.put(incoming);
    assert.deepEqual(accepted, { state: "waiting", outcome: "accepted" });
    const row = await read(outbox, sequence);
    for (const [name, value] of Object.entries(incoming))
      assert.deepEqual(row[name as keyof typeof row], value, name);
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), [CLIENT]);
    const log = await outbox.log(sequence);
    assert.deepEqual(
      log.map(({ event, state }) => [event, state]),
      [["planned", "waiting"]],
    );
  });

  rule("the same key with the same content is one intent", async ({ outbox }, clock) => {
    const incoming = edit(clock);
    const first = await outbox.put(incoming);
    const again = await outbox.put({ ...incoming, createdAt: clock.now + 5 });
    assert.deepEqual(again, { ...first, outcome: "duplicate" });
    assert.equal((await outbox.list({})).length, 1);
    const other = await outbox.put({ ...incoming, tenant: "other" });
    assert.equal(other.outcome, "accepted");
  });

  rule("the same key with another content is rejected", async ({ outbox }, clock) => {
    const incoming = edit(clock);
    await outbox.put(incoming);
    await assert.rejects(outbox.put({ ...incoming, contentHash: "another" }), {
      code: "ERR_PUSH_KEY_REUSED",
    });
    assert.equal((await outbox.list({})).length, 1);
  });

  rule("concurrent puts of one key are one intent", async ({ outbox }, clock) => {
    const incoming = edit(clock);
    const results = await Promise.all(Array.from({ length: 8 }, () => outbox.put(incoming)));
    assert.equal(results.filter(({ outcome }) => outcome === "accepted").length, 1);
    assert.equal(new Set(results.map(({ sequence }) => sequence)).size, 1);
  });

  rule("an intent is held until each object it depends on has an id", async (opened, clock) => {
    const { outbox } = opened;
    const names = ["lead-1", "lead-2"].map((ref) => ({ objectType: "client", ref }) as const);
    const child = edit(clock, {
      objectType: "job",
      objectId: null,
      ref: "job-1",
      creates: true,
      dependsOn: names,
    });
    const { sequence, state } = await outbox.put(child);
    assert.equal(state, "held");
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), []);
    for (const [index, { ref }] of names.entries()) {
      await outbox.put(create(clock, ref));
      const claim = await taken(outbox, clock, CREATES);
      const objectId = `Y2xpZW50${index}`;
      await settleAll(outbox, claim, { state: "done", reason: "sent", objectId, detail: null });
      assert.equal(await stateOf(outbox, sequence), index === 0 ? "held" : "waiting");
    }
    const job = { ...CREATES, objectType: "job" } as const;
    const { links } = await taken(outbox, clock, job);
    assert.deepEqual(links.map(({ ref, objectId }) => [ref, objectId]).sort(), [
      ["lead-1", "Y2xpZW500"],
      ["lead-2", "Y2xpZW501"],
    ]);
  });

  rule("an edit by ref gets the lane of the object once its id is known", async (opened, clock) => {
    const { outbox } = opened;
    const dependsOn = [{ objectType: "client", ref: "lead" } as const];
    const { sequence } = await outbox.put(edit(clock, { objectId: null, ref: "lead", dependsOn }));
    await outbox.put(create(clock, "lead"));
    const done = { state: "done", reason: "sent", objectId: CLIENT.objectId, detail: null };
    await settleAll(outbox, await taken(outbox, clock, CREATES), done);
    const claim = await taken(outbox, clock);
    assert.deepEqual(
      claim.intents.map((row) => [row.sequence, row.objectId]),
      [[sequence, CLIENT.objectId]],
    );
  });

  rule("an intent whose objects have ids already is waiting at once", async (opened, clock) => {
    const { outbox } = opened;
    await outbox.put(create(clock, "lead"));
    const done = { state: "done", reason: "sent", objectId: CLIENT.objectId, detail: null };
    await settleAll(outbox, await taken(outbox, clock, CREATES), done);
    const dependsOn = [{ objectType: "client", ref: "lead" } as const];
    const put = await outbox.put(edit(clock, { objectId: null, ref: "lead", dependsOn }));
    assert.equal(put.state, "waiting");
    assert.equal((await read(outbox, put.sequence)).objectId, CLIENT.objectId);
  });

  rule("a rejected parent blocks its dependants and nothing else", async ({ outbox }, clock) => {
    const dependsOn = [{ objectType: "client", ref: "lead" } as const];
    const child = await outbox.put(edit(clock, { objectId: null, ref: "lead", dependsOn }));
    await outbox.put(create(clock, "lead"));
    const other = await outbox.put(edit(clock));
    const rejected = { state: "rejected", reason: "user_errors", detail: null };
    await settleAll(outbox, await taken(outbox, clock, CREATES), rejected);
    clock.now += 3_600_000;
    assert.deepEqual(await outbox.due({ now: clock.now, limit: 9 }), [CLIENT]);
    assert.equal(await stateOf(outbox, child.sequence), "held");
    assert.equal(await stateOf(outbox, other.sequence), "waiting");
  });
}
