import assert from "node:assert/strict";
import type {
  Claim,
  DeliveryFilter,
  Inbox,
  NewDelivery,
  ObjectRef,
  Settlement,
  SyncStore,
} from "@jobber-sync/core";
import { claimNow, delivery, done, LEASE_MS, listenTo, objectOf, until, waiting } from "./deliveries.ts";

/** A fresh, empty inbox and the store it shares its sequence with. */
export interface OpenInbox {
  readonly inbox: Inbox;
  readonly store: Pick<SyncStore, "nextSequence">;
  /** The same inbox as another process would have it. Left out by inboxes that one process holds. */
  readonly another?: { readonly inbox: Inbox };
  close(): Promise<void> | void;
}

/** What the contract needs of a test runner: vitest's, jest's and node:test's `describe` and `it` all do. */
export interface InboxContractOptions {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  readonly open: () => Promise<OpenInbox> | OpenInbox;
}

/**
 * Every rule of the `Inbox` port as a test. An inbox that passes may be used by receiver and worker.
 *
 * Goes by the real clock, in steps of some 100 ms: an inbox may go by its database's.
 */
export function inboxContract({ describe, it, open }: InboxContractOptions): void {
  const rule = (name: string, body: (opened: OpenInbox) => Promise<void>) =>
    it(name, async () => {
      const opened = await open();
      try {
        await body(opened);
      } finally {
        await opened.close();
      }
    });

  describe("inbox: accept", () => {
    rule(
      "gives every delivery a row and a sequence of its own, from the store's sequence",
      async ({ inbox, store }) => {
        const before = await store.nextSequence();
        const first = await inbox.accept(delivery("1", { deliveryKey: "same" }));
        const second = await inbox.accept(delivery("1", { deliveryKey: "same" }));
        const after = await store.nextSequence();
        assert.ok(before < first.sequence && first.sequence < second.sequence && second.sequence < after);
        assert.equal((await inbox.list({})).length, 2);
      },
    );

    rule(
      "says accepted, then coalesced while work waits for the object, and duplicate for a known key",
      async ({ inbox }) => {
        assert.equal((await inbox.accept(delivery("1", { deliveryKey: "a" }))).outcome, "accepted");
        assert.equal((await inbox.accept(delivery("1", { deliveryKey: "b" }))).outcome, "coalesced");
        assert.equal((await inbox.accept(delivery("1", { deliveryKey: "a" }))).outcome, "duplicate");
        assert.equal((await inbox.accept(delivery("2", { deliveryKey: "c" }))).outcome, "accepted");
      },
    );

    rule("knows the same key of another tenant as another delivery", async ({ inbox }) => {
      await inbox.accept(delivery("1", { deliveryKey: "a" }));
      const other = await inbox.accept(delivery("1", { deliveryKey: "a", clientSlug: "other" }));
      assert.equal(other.outcome, "accepted");
    });

    rule("is not coalesced with work that a run has already taken", async ({ inbox }) => {
      await inbox.accept(delivery("1"));
      await claimNow(inbox, "1");
      assert.equal((await inbox.accept(delivery("1"))).outcome, "accepted");
    });

    rule("keeps the bytes as they are", async ({ inbox }) => {
      const body = Uint8Array.from({ length: 256 }, (_, index) => index);
      const { sequence } = await inbox.accept(delivery("1", { body }));
      assert.deepEqual(new Uint8Array((await inbox.body(sequence)) ?? []), body);
      const claim = await claimNow(inbox, "1");
      assert.deepEqual(new Uint8Array(claim?.deliveries[0]?.body ?? []), body);
    });

    rule("takes many at once, each under its own sequence", async ({ inbox }) => {
      const accepted = await Promise.all(
        Array.from({ length: 600 }, (_, index) => inbox.accept(delivery(String(index % 7)))),
      );
      assert.equal(new Set(accepted.map(({ sequence }) => sequence)).size, 600);
      assert.equal((await inbox.list({ limit: 1000 })).length, 600);
    });

    rule("keeps a quarantined delivery out of work", async ({ inbox }) => {
      await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_EVENT_INVALID", topic: null }));
      assert.equal(await claimNow(inbox, "1"), null);
      assert.deepEqual(await inbox.due({ now: Date.now(), limit: 10 }), []);
      const [info] = await inbox.list({ states: ["quarantined"] });
      assert.equal(info?.reason, "ERR_EVENT_INVALID");
    });
  });

  describe("inbox: claim", () => {
    rule(
      "takes every waiting row of the object, in the order of sequence, and no other object's",
      async ({ inbox }) => {
        const sequences: number[] = [];
        for (const id of ["1", "2", "1", "1"]) {
          const { sequence } = await inbox.accept(delivery(id));
          if (id === "1") sequences.push(sequence);
        }
        const claim = await claimNow(inbox, "1");
        assert.deepEqual(
          claim?.deliveries.map(({ sequence }) => sequence),
          sequences,
        );
        assert.deepEqual(claim?.object, objectOf("1"));
      },
    );

    rule("keeps objects of two tenants and of two types apart", async ({ inbox }) => {
      await inbox.accept(delivery("1", { clientSlug: "other" }));
      await inbox.accept(delivery("1", { objectType: "client" }));
      assert.equal(await claimNow(inbox, "1"), null);
    });

    rule("gives a row to one claim only, however many ask at once", async (opened) => {
      const { inbox, another } = opened;
      for (let index = 0; index < 20; index += 1) await inbox.accept(delivery("1"));
      const claims = await Promise.all(
        Array.from({ length: 8 }, (_, index) =>
          claimNow(index % 2 === 0 ? inbox : (another?.inbox ?? inbox), "1"),
        ),
      );
      const taken = claims.flatMap((claim) => claim?.deliveries.map(({ sequence }) => sequence) ?? []);
      assert.equal(taken.length, 20);
      assert.equal(new Set(taken).size, 20);
    });

    rule("leaves what arrives later to the next claim", async ({ inbox }) => {
      await inbox.accept(delivery("1"));
      await claimNow(inbox, "1");
      const { sequence } = await inbox.accept(delivery("1"));
      const second = await claimNow(inbox, "1");
      assert.deepEqual(
        second?.deliveries.map((row) => row.sequence),
        [sequence],
      );
    });

    rule("runs out when nobody extends it, and not before", async ({ inbox }) => {
      await inbox.accept(delivery("1"));
      const first = await inbox.claim(objectOf("1"), { leaseMs: 300, now: Date.now() });
      assert.ok(first);
      assert.equal(await claimNow(inbox, "1"), null);
      const second = await until(() => claimNow(inbox, "1"));
      assert.notEqual(second.id, first.id);
      assert.equal(await inbox.extend(first, { leaseMs: LEASE_MS, now: Date.now() }), false);
    });

    rule("holds while it is extended", async ({ inbox }) => {
      await inbox.accept(delivery("1"));
      const claim = await inbox.claim(objectOf("1"), { leaseMs: 300, now: Date.now() });
      assert.ok(claim);
      const end = Date.now() + 700;
      while (Date.now() < end) {
        assert.equal(await inbox.extend(claim, { leaseMs: 300, now: Date.now() }), true);
        assert.equal(await claimNow(inbox, "1"), null);
      }
    });

    rule("settles nothing that was taken over", async ({ inbox }) => {
      await inbox.accept(delivery("1"));
      const first = await inbox.claim(objectOf("1"), { leaseMs: 50, now: Date.now() });
      assert.ok(first);
      const second = await until(() => claimNow(inbox, "1"));
      await inbox.settle(first, done(first));
      assert.deepEqual(await states(inbox), ["claimed"]);
      await inbox.settle(second, done(second));
      assert.deepEqual(await states(inbox), ["done"]);
    });
  });

  describe("inbox: settle", () => {
    rule(
      "puts back what is to wait, not to be taken before its time, and remembers the counts",
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
        assert.deepEqual([row?.attempts, row?.retries, row?.recheckSince], [2, 3, recheckSince]);
      },
    );

    rule("settles each row of a claim in its own way", async ({ inbox }) => {
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
  });

  describe("inbox: waking", () => {
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
        async () => until(async () => (await states(inbox)).filter((state) => state === "done").length === 4),
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
      await listenTo(inbox, async () => until(async () => (await states(inbox))[0] === "done", 20_000));
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
  });

  describe("inbox: tools", () => {
    rule("lists by tenant, state, topic and sequence, oldest first, up to a limit", async ({ inbox }) => {
      const { sequence } = await inbox.accept(delivery("1", { topic: "JOB_UPDATE" }));
      await inbox.accept(delivery("2", { clientSlug: "other", topic: "JOB_CREATE" }));
      await inbox.accept(delivery("3", { state: "quarantined", reason: "ERR_EVENT_INVALID", topic: null }));
      const ids = async (filter: DeliveryFilter) =>
        (await inbox.list(filter)).map(({ objectId }) => objectId);
      assert.deepEqual(await ids({}), ["1", "2", "3"]);
      assert.deepEqual(await ids({ clientSlug: "other" }), ["2"]);
      assert.deepEqual(await ids({ states: ["waiting"] }), ["1", "2"]);
      assert.deepEqual(await ids({ topic: "JOB_UPDATE" }), ["1"]);
      assert.deepEqual(await ids({ sequences: [sequence] }), ["1"]);
      assert.deepEqual(await ids({ limit: 2 }), ["1", "2"]);
    });

    rule("replays quarantined and unresolved deliveries, and dead ones when named", async ({ inbox }) => {
      await inbox.accept(delivery("1", { state: "quarantined", reason: "ERR_ACCOUNT_MISMATCH" }));
      await settleAs(inbox, delivery("2"), "unresolved");
      await settleAs(inbox, delivery("3"), "dead");
      await settleAs(inbox, delivery("4"), "done");
      assert.equal(await inbox.replay({}), 2);
      assert.deepEqual(await states(inbox), ["waiting", "waiting", "dead", "done"]);
      assert.equal(await inbox.replay({ states: ["dead"] }), 1);
      assert.equal(await inbox.replay({ states: ["done", "waiting"] }), 0);
      const again = await claimNow(inbox, "3");
      assert.deepEqual([again?.deliveries[0]?.attempts, again?.deliveries[0]?.retries], [0, 0]);
    });

    rule("wakes what it replays", async ({ inbox }) => {
      await settleAs(inbox, delivery("1"), "dead");
      await listenTo(inbox, async () => {
        await inbox.replay({ states: ["dead"] });
        await until(async () => (await states(inbox))[0] === "done");
      });
    });

    rule("resumes the paused deliveries of one tenant, and does not count the pause", async ({ inbox }) => {
      await settleAs(inbox, delivery("1"), "paused");
      await settleAs(inbox, delivery("1", { clientSlug: "other" }), "paused");
      await new Promise((resolve) => setTimeout(resolve, 120));
      assert.equal(await inbox.resume("acme"), 1);
      assert.deepEqual(await states(inbox), ["waiting", "paused"]);
      const claim = await claimNow(inbox, "1");
      assert.ok((claim?.deliveries[0]?.pausedMs ?? 0) >= 100, "the pause is on record");
    });

    rule(
      "spaces API calls over everybody who shares the inbox, and reserves no place beyond the longest wait",
      async (opened) => {
        const { inbox, another } = opened;
        const reserve = (index: number, maxWaitMs: number) =>
          (index % 2 === 0 ? inbox : (another?.inbox ?? inbox)).reserveFetch("acme", {
            perSecond: 2,
            maxWaitMs,
            now: Date.now(),
          });
        const waits: number[] = [];
        for (let index = 0; index < 4; index += 1) waits.push(await reserve(index, 60_000));
        for (const [index, wait] of waits.entries())
          assert.ok(Math.abs(wait - index * 500) < 250, `place ${index} is ${wait} ms away`);
        const refused = await reserve(0, 100);
        const next = await reserve(1, 60_000);
        assert.ok(
          refused > 100 && Math.abs(refused - next) < 250,
          "a place that nobody waits for stays free",
        );
        assert.equal(await inbox.reserveFetch("other", { perSecond: 2, maxWaitMs: 0, now: Date.now() }), 0);
      },
    );

    rule(
      "erases the bodies of finished deliveries and deletes failed ones when they are old enough",
      async ({ inbox }) => {
        const { sequence } = await settleAs(inbox, delivery("1"), "done");
        await settleAs(inbox, delivery("2"), "dead");
        await inbox.accept(delivery("3"));
        const later = Date.now() + 10_000;
        assert.deepEqual(await inbox.purge({ now: later, bodiesAfterMs: 60_000, failedAfterMs: 60_000 }), {
          bodies: 0,
          deliveries: 0,
        });
        assert.deepEqual(await inbox.purge({ now: later, bodiesAfterMs: 1000, failedAfterMs: 1000 }), {
          bodies: 1,
          deliveries: 1,
        });
        assert.equal(await inbox.body(sequence), null);
        assert.deepEqual(await states(inbox), ["done", "waiting"]);
        assert.equal((await inbox.accept(delivery("1", { deliveryKey: "key of 1" }))).outcome, "duplicate");
      },
    );
  });
}

async function states(inbox: Inbox): Promise<readonly string[]> {
  return (await inbox.list({ limit: 10_000 })).map(({ state }) => state);
}

async function settleAs(
  inbox: Inbox,
  row: NewDelivery,
  state: "done" | "dead" | "paused" | "unresolved",
): Promise<{ readonly sequence: number }> {
  const { sequence } = await inbox.accept({ ...row, deliveryKey: `key of ${row.objectId}` });
  const object: ObjectRef = {
    clientSlug: row.clientSlug,
    objectType: row.objectType,
    objectId: row.objectId,
  };
  const claim = await inbox.claim(object, { leaseMs: LEASE_MS, now: Date.now() });
  assert.ok(claim);
  await inbox.settle(
    claim,
    state === "done" ? done(claim) : [{ sequence, state, attempts: 1, reason: "ERR_HANDLER" }],
  );
  return { sequence };
}
