import assert from "node:assert/strict";
import { createMemoryInbox, createMemoryStore } from "@jobber-sync/core";
import type { ContractRunner } from "../../store/contract-runner.ts";
import { APP_ROUTE, APP_SECRET, notification, snapshot } from "../contract-server.ts";
import { notEvents } from "../response-inputs.ts";
import { signed } from "../send-request.ts";
import { assertOutcome, codeOf, statesOf } from "./check-response.ts";
import type { Using } from "./using-server.ts";

/** Cases for signed bodies that are not events of the tenant. */
export function quarantineCases({ describe, it }: ContractRunner, using: Using): void {
  describe("signed bodies that are not events of the tenant", () => {
    for (const [name, body] of notEvents()) {
      it(`are quarantined, or rejected without an inbox: ${name}`, async () => {
        const inbox = createMemoryInbox();
        await using({ inbox }, async ({ send }) => {
          assertOutcome(await send(signed(body)), "quarantined");
          assert.deepEqual(await statesOf(inbox), ["quarantined"]);
        });
        await using({ store: createMemoryStore() }, async ({ send }) => {
          const reply = await send(signed(body));
          assert.equal(reply.status, 422);
          assert.match(codeOf(reply), /^ERR_EVENT_(SYNTAX|INVALID)$/);
        });
        assert.equal(({} as Record<string, unknown>).polluted, undefined);
      });
    }

    it("are quarantined, or ignored without an inbox: an event of another tenant's account", async () => {
      const foreign = notification("JOB_CREATE", "1", "Mw==");
      await using({ inbox: createMemoryInbox() }, async ({ send }) =>
        assertOutcome(await send(signed(foreign)), "quarantined"),
      );
      await using({ store: createMemoryStore() }, async ({ send }) =>
        assertOutcome(await send(signed(foreign)), "ignored"),
      );
    });

    it("are quarantined, or rejected without an inbox: a snapshot on the app-level route", async () => {
      const viaApp = { path: APP_ROUTE, secret: APP_SECRET };
      const inbox = createMemoryInbox();
      await using({ inbox, app: { secrets: APP_SECRET } }, async ({ send }) =>
        assertOutcome(await send(signed(snapshot("1"), viaApp)), "quarantined"),
      );
      await using(
        { store: createMemoryStore(), app: { secrets: APP_SECRET } },
        async ({ send }) => {
          const reply = await send(signed(snapshot("1"), viaApp));
          assert.deepEqual([reply.status, codeOf(reply)], [422, "ERR_SNAPSHOT_SHARED_APP"]);
        },
      );
    });
  });
}
