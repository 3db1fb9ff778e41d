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

/** Rules of `listen` and `due`. */
export function wakingRules(rule: Rule): void {
  rule("listen offers objects that already wait and those that arrive", async ({ inbox }) => {
    await inbox.accept(delivery("before"));
    await listenTo(inbox, async ({ seen }) => {
      await until(() => seen.includes("before"));
      await inbox.accept(delivery("after"));
      await until(() => seen.includes("after"));
    });
    assert.deepEqual(new Set(await states(inbox)), new Set(["done"]));
  });

  rule("listen offers an object again if a delivery arrived during its run", async ({ inbox }) => {
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

  rule("listen offers a released row once it is due", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    await inbox.settle(claim, [{ ...waiting(claim), dueAt: Date.now() + 300 }]);
    await listenTo(inbox, async () => until(async () => (await states(inbox))[0] === "done"));
  });

  rule("listen offers a dead worker's rows once the claim has expired", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    await inbox.claim(objectOf("1"), { leaseMs: 500, now: Date.now() });
    await listenTo(inbox, async () =>
      until(async () => (await states(inbox))[0] === "done", 20_000),
    );
  });

  rule("listen wakes for rows that another process accepted", async ({ inbox, another }) => {
    await listenTo(inbox, async () => {
      await (another?.inbox ?? inbox).accept(delivery("1"));
      await until(async () => (await states(inbox))[0] === "done");
    });
  });

  rule("listen ends when aborted, after its active runs", async ({ inbox }) => {
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

  rule("listen never exceeds its concurrency", async ({ inbox }) => {
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

  rule("due returns objects with waiting or abandoned rows, and no others", async ({ inbox }) => {
    await inbox.accept(delivery("waits"));
    await inbox.accept(delivery("held"));
    await claimNow(inbox, "held");
    await inbox.accept(delivery("finished"));
    const finished = await claimNow(inbox, "finished");
    assert.ok(finished);
    await inbox.settle(finished, done(finished));
    assert.deepEqual(await inbox.due({ now: Date.now(), limit: 10 }), [objectOf("waits")]);
  });

  rule("due leaves out excluded objects, whatever the limit", async ({ inbox }) => {
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

  rule("leaves excluded tenants out of due, whatever the limit", async ({ inbox }) => {
    for (const id of ["1", "2", "3"]) await inbox.accept(delivery(id));
    await inbox.accept(delivery("1", { tenant: "other" }));
    const due = (limit: number, excludeTenants: readonly string[]) =>
      inbox.due({ now: Date.now(), limit, excludeTenants });
    const other = { ...objectOf("1"), tenant: "other" };
    assert.deepEqual(await due(10, ["acme", "unknown"]), [other]);
    assert.deepEqual(await due(1, ["acme"]), [other]);
    assert.equal((await due(10, ["other"])).length, 3);
    assert.deepEqual(await due(10, ["acme", "other"]), []);
  });

  rule("listen pauses before it offers an unclaimed object again", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    for (const concurrency of [1, 4]) {
      const stop = new AbortController();
      let runs = 0;
      const run = async () => {
        runs += 1;
        assert.equal(await claimNow(inbox, "claimed by another process"), null);
      };
      const listening = inbox.listen(run, {
        concurrency,
        signal: stop.signal,
        onError: assert.ifError,
      });
      await new Promise((resolve) => setTimeout(resolve, 300));
      stop.abort();
      await listening;
      // 10 ms apart; a loop without a pause would reach thousands.
      assert.ok(runs <= 30, `${runs} runs within 300 ms`);
    }
  });

  rule("a flood of deliveries for one object does not hold up other objects", async ({ inbox }) => {
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
