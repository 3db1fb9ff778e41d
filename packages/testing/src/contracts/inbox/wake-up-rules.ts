import assert from "node:assert/strict";
import type { Claim, ObjectRef } from "@jobber-sync/core/ports";
import {
  claimNow,
  delivery,
  done,
  listenTo,
  objectOf,
  states,
  until,
  waiting,
} from "./deliveries.ts";
import type { Rule } from "./rule.ts";

/** Rules of offering objects that have work. */
export function wakingRules(rule: Rule): void {
  rule("offers objects that wait from before, and those that come", async ({ inbox }) => {
    await inbox.accept(delivery("before"));
    await listenTo(inbox, async ({ seen }) => {
      await until(() => seen.includes("before"));
      await inbox.accept(delivery("after"));
      await until(() => seen.includes("after"));
    });
    assert.deepEqual(new Set(await states(inbox)), new Set(["done"]));
  });

  rule("offers an object again when a delivery came while it ran", async ({ inbox }) => {
    let extra = 0;
    const during = async (claim: Claim) => {
      if (extra < 3) {
        extra += 1;
        await inbox.accept(delivery(claim.object.objectId));
      }
    };
    await inbox.accept(delivery("1"));
    await listenTo(
      inbox,
      async () =>
        until(async () => (await states(inbox)).filter((state) => state === "done").length === 4),
      during,
    );
  });

  rule("offers what was put back when its time has come", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    await inbox.settle(claim, [{ ...waiting(claim), dueAt: Date.now() + 300 }]);
    await listenTo(inbox, async () => until(async () => (await states(inbox))[0] === "done"));
  });

  rule("offers what a dead worker held, once its claim has run out", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    await inbox.claim(objectOf("1"), { leaseMs: 500, now: Date.now() });
    await listenTo(inbox, async () =>
      until(async () => (await states(inbox))[0] === "done", 20_000),
    );
  });

  rule("wakes for what another process accepted", async ({ inbox, another }) => {
    await listenTo(inbox, async () => {
      await (another?.inbox ?? inbox).accept(delivery("1"));
      await until(async () => (await states(inbox))[0] === "done");
    });
  });

  rule("ends when told to, after its runs have", async ({ inbox }) => {
    const stop = new AbortController();
    let running = 0;
    let begun = false;
    await inbox.accept(delivery("1"));
    const listening = inbox.listen(
      async () => {
        running += 1;
        begun = true;
        await new Promise((resolve) => setTimeout(resolve, 200));
        running -= 1;
      },
      { concurrency: 2, signal: stop.signal, onError: assert.ifError },
    );
    await until(() => begun);
    stop.abort();
    await listening;
    assert.equal(running, 0);
  });

  rule("never runs more objects at one time than allowed", async ({ inbox }) => {
    for (let index = 0; index < 12; index += 1) await inbox.accept(delivery(String(index)));
    let running = 0;
    let most = 0;
    const during = async () => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setTimeout(resolve, 20));
      running -= 1;
    };
    await listenTo(
      inbox,
      async () => until(async () => (await states(inbox)).every((state) => state === "done")),
      during,
      3,
    );
    assert.ok(most <= 3, `${most} ran at one time`);
  });

  rule("lists as due what waits or was abandoned, and nothing else", async ({ inbox }) => {
    await inbox.accept(delivery("waits"));
    await inbox.accept(delivery("held"));
    await claimNow(inbox, "held");
    await inbox.accept(delivery("finished"));
    const finished = await claimNow(inbox, "finished");
    assert.ok(finished);
    await inbox.settle(finished, done(finished));
    assert.deepEqual(await inbox.due({ now: Date.now(), limit: 10 }), [objectOf("waits")]);
  });

  rule("passes over the objects that are not wanted, whatever the limit", async ({ inbox }) => {
    for (const id of ["1", "1", "2", "3"]) await inbox.accept(delivery(id));
    await inbox.accept(delivery("1", { tenant: "other" }));
    const due = async (limit: number, exclude: readonly ObjectRef[]) =>
      (await inbox.due({ now: Date.now(), limit, exclude }))
        .map(({ tenant, objectId }) => `${tenant} ${objectId}`)
        .sort();
    assert.deepEqual(await due(10, [objectOf("1"), objectOf("3")]), ["acme 2", "other 1"]);
    assert.deepEqual(
      await due(1, ["2", "3"].map(objectOf).concat({ ...objectOf("1"), tenant: "other" })),
      ["acme 1"],
    );
    assert.deepEqual(
      await due(1, [...["1", "2", "3"].map(objectOf), { ...objectOf("1"), tenant: "other" }]),
      [],
    );
  });

  rule("does not offer without a pause an object that nobody takes", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    for (const concurrency of [1, 4]) {
      const stop = new AbortController();
      let runs = 0;
      const run = async () => {
        runs += 1;
        assert.equal(await claimNow(inbox, "taken by somebody else"), null);
      };
      const listening = inbox.listen(run, {
        concurrency,
        signal: stop.signal,
        onError: assert.ifError,
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      stop.abort();
      await listening;
      // 10 ms apart: a loop without a pause comes to thousands.
      assert.ok(runs <= 30, `${runs} runs within 300 ms`);
    }
  });

  rule("runs other objects while one that runs gets very many deliveries", async ({ inbox }) => {
    let finish: () => void = () => {};
    const finished = new Promise<void>((resolve) => {
      finish = resolve;
    });
    const during = async ({ object }: Claim) => {
      if (object.objectId === "busy") await finished;
    };
    await inbox.accept(delivery("busy"));
    await listenTo(
      inbox,
      async ({ seen }) => {
        try {
          await until(async () => (await states(inbox))[0] === "claimed");
          await Promise.all(Array.from({ length: 3000 }, () => inbox.accept(delivery("busy"))));
          await inbox.accept(delivery("other"));
          await until(() => seen.includes("other"));
          assert.deepEqual(seen, ["other"]);
        } finally {
          finish();
        }
        await until(async () => (await states(inbox)).every((state) => state === "done"));
      },
      during,
      2,
    );
  });
}
