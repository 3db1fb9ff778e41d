import assert from "node:assert/strict";
import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import type { ContractRunner } from "../../store/contract-runner.ts";
import { APP_ROUTE, APP_SECRET, notification, ODD_TENANT, snapshot } from "../contract-server.ts";
import { CONTENT_TYPES } from "../response-inputs.ts";
import { signed } from "../send-request.ts";
import { assertOutcome, assertUnauthorized, statesOf } from "./check-response.ts";
import type { Using } from "./using-server.ts";

/** Cases for deliveries that are accepted or ignored. */
export function acceptedCases({ describe, it }: ContractRunner, using: Using): void {
  describe("accepted deliveries", () => {
    it("are in the inbox before the response", async () => {
      const inbox = createMemoryInbox();
      await using({ inbox }, async ({ send }) => {
        assertOutcome(await send(signed(notification("JOB_CREATE", "1"))), "accepted");
        assert.deepEqual(await statesOf(inbox), ["waiting"]);
        assertOutcome(await send(signed(notification("JOB_UPDATE", "1"))), "coalesced");
        assertOutcome(await send(signed(notification("JOB_UPDATE", "1"))), "duplicate");
        assert.deepEqual(await statesOf(inbox), ["waiting", "waiting", "waiting"]);
      });
    });

    it("are in the store before the response when there is no inbox", async () => {
      const store = createMemoryStore();
      await using({ store }, async ({ send }) => {
        assertOutcome(await send(signed(snapshot("123", "Zoë's läwn 🌱"))), "accepted");
        assert.equal((await store.jobs("acme"))[0]?.title, "Zoë's läwn 🌱");
        assertOutcome(await send(signed(snapshot("123", "Zoë's läwn 🌱"))), "duplicate");
        assertOutcome(await send(signed(notification("JOB_UPDATE", "123"))), "ignored");
      });
    });

    it("reach a tenant whose slug is percent-encoded", async () => {
      const store = createMemoryStore();
      await using({ store }, async ({ send }) => {
        const path = `/webhooks/jobber/${encodeURIComponent(ODD_TENANT.slug)}?a=b`;
        assertOutcome(
          await send(signed(snapshot("1"), { path, secret: ODD_TENANT.secrets })),
          "accepted",
        );
        assert.equal((await store.jobs(ODD_TENANT.slug)).length, 1);
      });
    });

    it("reach the tenant of their account on the app-level route", async () => {
      const inbox = createMemoryInbox();
      await using({ inbox, app: { secrets: APP_SECRET } }, async ({ send }) => {
        const viaApp = { path: APP_ROUTE, secret: APP_SECRET };
        assertOutcome(await send(signed(notification("JOB_CREATE", "1"), viaApp)), "accepted");
        assert.equal((await inbox.list({}))[0]?.tenant, "acme");
        assertUnauthorized(
          await send(signed(notification("JOB_CREATE", "1"), { path: APP_ROUTE })),
        );
        assertUnauthorized(
          await send(signed(notification("JOB_CREATE", "1"), { secret: APP_SECRET })),
        );
      });
    });

    it("are ignored and not stored when their topic is not handled", async () => {
      const inbox = createMemoryInbox();
      await using({ inbox }, async ({ send }) => {
        assertOutcome(await send(signed(notification("INVOICE_CREATE", "1"))), "ignored");
        assert.deepEqual(await statesOf(inbox), []);
      });
    });

    it("may start with a byte order mark and contain names of JavaScript properties", async () => {
      const store = createMemoryStore();
      await using({ store }, async ({ send }) => {
        assertOutcome(await send(signed(`\uFEFF${snapshot("1")}`)), "accepted");
        assertOutcome(await send(signed(snapshot("__proto__", "constructor"))), "accepted");
        assertOutcome(await send(signed(notification("constructor", "1"))), "ignored");
        assert.equal((await store.jobs("acme")).length, 2);
      });
    });

    it("are read as JSON with any Content-Type", async () => {
      await using({ store: createMemoryStore() }, async ({ send }) => {
        for (const type of CONTENT_TYPES) {
          const reply = await send(signed(snapshot("1"), { headers: { "content-type": type } }));
          assert.equal(reply.status, 200, `${type}: ${reply.body}`);
        }
        const identity = await send(
          signed(snapshot("1"), { headers: { "content-encoding": "Identity" } }),
        );
        assert.equal(identity.status, 200);
      });
    });
  });
}
