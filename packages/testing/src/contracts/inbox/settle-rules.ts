import assert from "node:assert/strict";
import type { Settlement } from "@jobber-sync/core/ports";
import { claimNow, delivery, done, states, until, waiting } from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of `settle`. */
export function settleRules(rule: Rule): void {
  rule(
    "a row settled as waiting keeps its counts and is not claimed before its time",
    async ({ inbox }) => {
      await inbox.accept(delivery("1"));
      const claim = await claimNow(inbox, "1");
      assert.ok(claim);
      const recheckSince = Date.now();
      const dueAt = Date.now() + 400;
      await inbox.settle(claim, [
        { ...waiting(claim), dueAt, attempts: 2, retries: 3, recheckSince, reason: "ERR_HANDLER" },
      ]);
      assert.equal(await claimNow(inbox, "1"), null);
      const again = await until(() => claimNow(inbox, "1"));
      assert.ok(Date.now() >= dueAt - 50);
      const [row] = again.deliveries;
      assert.deepEqual(
        [row?.attempts, row?.retries, row?.recheckSince, row?.reason],
        [2, 3, recheckSince, "ERR_HANDLER"],
      );
    },
  );

  rule("a row settled as done has no reason", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const first = await claimNow(inbox, "1");
    assert.ok(first);
    await inbox.settle(first, [{ ...waiting(first), reason: "ERR_HANDLER" }]);
    const second = await until(() => claimNow(inbox, "1"));
    await inbox.settle(second, done(second));
    assert.equal((await inbox.list({}))[0]?.reason, null);
  });

  rule("a row shows the error of its last failure until it is done", async ({ inbox }) => {
    const { sequence } = await inbox.accept(delivery("1"));
    const error = `on["job.created"] threw. 'é' \\ "😀" ${"long ".repeat(90)}`;
    const errors: (string | null)[] = [];
    for (const given of [{ error }, {}, { error: "later" }, { error: null }]) {
      const claim = await until(() => claimNow(inbox, "1"));
      await inbox.settle(claim, [{ ...waiting(claim), ...given, reason: "ERR_HANDLER" }]);
      errors.push(...(await inbox.list({})).map((row) => row.error));
    }
    assert.deepEqual(errors, [error, error, "later", "later"]);
    const last = await until(() => claimNow(inbox, "1"));
    await inbox.settle(last, done(last));
    assert.equal((await inbox.list({ sequences: [sequence] }))[0]?.error, null);
  });

  rule(
    "an error is stored for every state but done, and cleared by a replay",
    async ({ inbox }) => {
      const failed = ["paused", "unresolved", "quarantined", "dead"] as const;
      for (const _ of failed) await inbox.accept(delivery("1"));
      const claim = await claimNow(inbox, "1");
      assert.ok(claim);
      await inbox.settle(
        claim,
        claim.deliveries.map(({ sequence }, index) => {
          const state = failed[index] ?? "dead";
          return { sequence, state, attempts: 1, reason: "ERR_HANDLER", error: `in ${state}` };
        }),
      );
      const errors = async () => (await inbox.list({})).map(({ error }) => error);
      assert.deepEqual(
        await errors(),
        failed.map((state) => `in ${state}`),
      );
      await inbox.replay({ states: ["unresolved", "quarantined", "dead"] });
      assert.deepEqual(await errors(), ["in paused", null, null, null]);
    },
  );

  rule("settle leaves unnamed rows with their claim", async ({ inbox }) => {
    for (let index = 0; index < 3; index += 1) await inbox.accept(delivery("1"));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    const [first, ...others] = done(claim);
    assert.ok(first);
    await inbox.settle(claim, [first]);
    assert.deepEqual(await states(inbox), ["done", "claimed", "claimed"]);
    assert.equal(await claimNow(inbox, "1"), null);
    await inbox.settle(claim, others);
    assert.deepEqual(await states(inbox), ["done", "done", "done"]);
  });

  rule("settle settles a row once", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    const { sequence } = waiting(claim);
    await inbox.settle(claim, [{ sequence, state: "dead", attempts: 5, reason: "ERR_HANDLER" }]);
    await inbox.settle(claim, [waiting(claim)]);
    assert.deepEqual(await states(inbox), ["dead"]);
  });

  rule("settle gives each row its own state", async ({ inbox }) => {
    for (let index = 0; index < 4; index += 1) await inbox.accept(delivery("1"));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    const [a, b, c, d] = claim.deliveries.map(({ sequence }) => sequence);
    const settlements = [
      { sequence: a, state: "done" },
      { sequence: b, state: "dead", attempts: 5, reason: "ERR_HANDLER" },
      { sequence: c, state: "paused", attempts: 0, reason: "ERR_API_NEEDS_REAUTH" },
      { sequence: d, state: "unresolved", attempts: 0, reason: "no_source" },
    ] as Settlement[];
    await inbox.settle(claim, settlements);
    const rows = await inbox.list({});
    assert.deepEqual(
      rows.map(({ state, reason, attempts }) => [state, reason, attempts]),
      [
        ["done", null, 0],
        ["dead", "ERR_HANDLER", 5],
        ["paused", "ERR_API_NEEDS_REAUTH", 0],
        ["unresolved", "no_source", 0],
      ],
    );
  });
}
