import assert from "node:assert/strict";
import type { CursorStore } from "@jobber-sync/core/ports";
import { type ConnectionContractOptions, ruleOf } from "./token-store-contract.ts";

/** Defines a test for every rule of the `CursorStore` port. */
export function cursorStoreContract(options: ConnectionContractOptions<CursorStore>): void {
  const rule = ruleOf(options);
  options.describe("cursor store", () => {
    rule(
      "get returns what was last set, per tenant and name",
      async ({ subject, another = subject }) => {
        assert.equal(await subject.get("acme", "jobs"), null);
        await subject.set("acme", "jobs", "1");
        await subject.set("acme", "jobs", "2");
        await subject.set("acme", "clients", "3");
        await subject.set("globex", "jobs", "4");
        assert.equal(await another.get("acme", "jobs"), "2");
        assert.equal(await another.get("acme", "clients"), "3");
        assert.equal(await another.get("globex", "jobs"), "4");
        assert.equal(await another.get("globex", "clients"), null);
      },
    );

    rule("clear removes the values of one tenant", async ({ subject, another = subject }) => {
      for (const tenant of ["acme", "globex"]) await subject.set(tenant, "jobs", "1");
      await subject.set("acme", "clients", "2");
      await subject.clear("acme");
      await subject.clear("unknown");
      assert.equal(await another.get("acme", "jobs"), null);
      assert.equal(await another.get("acme", "clients"), null);
      assert.equal(await another.get("globex", "jobs"), "1");
    });
  });
}
