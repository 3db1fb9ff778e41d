import assert from "node:assert/strict";
import type { Inbox, Settlement } from "@jobber-sync/core/ports";
import { claimNow, delivery, settleAs } from "./deliveries.ts";
import type { Rule } from "./rule.ts";

const CLIENT = "Z2lkOi8vQ2xpZW50LzE=";
const ACME = { jobberClientId: CLIENT, jobberJobIds: ["job-1"] };
const bytes = (value: unknown) => new TextEncoder().encode(JSON.stringify(value));

/** Rules of `erase`. */
export function eraseRules(rule: Rule): void {
  rule(
    "erase takes body and error from a tenant's deliveries, whatever their state",
    async ({ inbox }) => {
      for (const state of ["done", "dead", "paused", "unresolved"] as const)
        await settleAs(inbox, delivery(state), state);
      await inbox.accept(delivery("waiting"));
      await inbox.accept(delivery("bad", { state: "quarantined", reason: "ERR_EVENT_SYNTAX" }));
      const { sequence } = await inbox.accept(delivery("failed"));
      const claim = await claimNow(inbox, "failed");
      assert.ok(claim);
      const failure = { state: "dead", attempts: 5, reason: "ERR_HANDLER", error: "John" } as const;
      await inbox.settle(claim, [{ sequence, ...failure } satisfies Settlement]);
      await inbox.accept(delivery("other", { tenant: "globex" }));
      const erased = await inbox.erase({ tenant: "acme" });
      assert.deepEqual(erased, { deliveries: 7, deliveryKeys: [] });
      assert.deepEqual(
        (await inbox.list({ tenant: "acme" })).map((row) => [
          row.state,
          row.reason,
          row.error,
          row.bodyBytes,
        ]),
        [["done", null, null, null], ...Array(6).fill(["done", "erased", null, null])],
      );
      assert.equal(await claimNow(inbox, "waiting"), null);
      const [other] = await inbox.list({ tenant: "globex" });
      assert.deepEqual([other?.state, other?.bodyBytes !== null], ["waiting", true]);
    },
  );

  rule("erase leaves claimed deliveries to their run", async ({ inbox }) => {
    await inbox.accept(delivery("1"));
    const claim = await claimNow(inbox, "1");
    assert.ok(claim);
    assert.equal((await inbox.erase({ tenant: "acme" })).deliveries, 0);
    const [row] = claim.deliveries;
    assert.ok(row);
    await inbox.settle(claim, [{ sequence: row.sequence, state: "done" }]);
    assert.equal((await inbox.erase({ tenant: "acme" })).deliveries, 1);
    assert.equal((await inbox.list({}))[0]?.bodyBytes, null);
  });

  rule("erase finds a client's deliveries by object and by body", async ({ inbox }) => {
    const other = { name: `not ${CLIENT}`, number: 1 };
    const cases: readonly (readonly [string, Parameters<typeof delivery>[1]])[] = [
      ["job-1", {}],
      // Jobber's ids occur without padding.
      [CLIENT.slice(0, -1), { objectType: "client" }],
      ["job-2", { body: bytes({ data: { client: { id: CLIENT, name: "John" } } }) }],
      ["job-3", { body: bytes({ data: { clients: [{ id: CLIENT.replace("=", "") }] } }) }],
      ["broken", { body: bytes({ id: CLIENT }).subarray(0, -1), objectType: "unknown" }],
      ["job-4", { body: bytes({ data: other }) }],
      ["job-1", { objectType: "visit" }],
      ["job-10", {}],
    ];
    for (const [index, [objectId, overrides]] of cases.entries())
      await inbox.accept(delivery(objectId, { deliveryKey: `key ${index}`, ...overrides }));
    await inbox.accept(delivery("job-1", { tenant: "globex" }));
    const erased = await inbox.erase({ tenant: "acme", client: ACME });
    const keys = [0, 1, 2, 3, 4].map((index) => `key ${index}`);
    assert.deepEqual([erased.deliveries, [...erased.deliveryKeys].sort()], [5, keys]);
    assert.deepEqual(await erasedKeys(inbox), keys);
  });

  rule("a number in a body names a client only as a whole", async ({ inbox }) => {
    const client = { jobberClientId: "45", jobberJobIds: [] };
    for (const [key, id] of [
      ["whole", 45],
      ["part", 1456],
      ["text", "45"],
    ] as const)
      await inbox.accept(
        delivery(`job ${key}`, { deliveryKey: key, body: bytes({ client: { id } }) }),
      );
    await inbox.erase({ tenant: "acme", client });
    assert.deepEqual(await erasedKeys(inbox), ["text", "whole"]);
  });
}

async function erasedKeys(inbox: Inbox): Promise<readonly string[]> {
  const rows = await inbox.list({ limit: 100 });
  return rows.flatMap((row) => (row.bodyBytes === null ? [row.deliveryKey] : [])).sort();
}
