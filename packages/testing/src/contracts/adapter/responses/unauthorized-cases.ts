import assert from "node:assert/strict";
import { createMemoryStore } from "@jobber-sync/core";
import type { ContractRunner } from "../../store/contract-runner.ts";
import { ROUTE, SECRET, SIGNATURE, signatureOf, snapshot } from "../contract-server.ts";
import { badSignatures } from "../response-inputs.ts";
import { signed } from "../send-request.ts";
import { assertUnauthorized, withoutDate } from "./check-response.ts";
import type { Using } from "./using-server.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** Cases for requests that are not signed for their tenant. */
export function unauthorizedCases({ describe, it }: ContractRunner, using: Using): void {
  describe("unsigned and forged requests", () => {
    it("get the same 401 for every cause, for known and unknown tenants", async () => {
      await using({ store: createMemoryStore() }, async ({ send }) => {
        const replies = new Set<string>();
        for (const path of [ROUTE, "/webhooks/jobber/unknown", "/webhooks/jobber/constructor"]) {
          for (const [name, signature] of badSignatures()) {
            const headers = signature === null ? {} : { [SIGNATURE]: signature };
            const reply = await send({ path, headers, body: snapshot("1") });
            assert.equal(reply.status, 401, `${path}, ${name}`);
            replies.add(withoutDate(reply));
          }
        }
        replies.add(
          withoutDate(await send(signed(snapshot("1"), { path: "/webhooks/jobber/unknown" }))),
        );
        assert.equal(replies.size, 1, [...replies].join("\n"));
      });
    });

    it("get a 401 that reveals neither tenant nor secret nor signature", async () => {
      await using({ store: createMemoryStore() }, async ({ send }) => {
        const reply = await send({
          headers: { [SIGNATURE]: signatureOf("other") },
          body: snapshot("1"),
        });
        assertUnauthorized(reply);
        assert.equal(reply.headers["content-type"], JSON_TYPE);
        for (const word of ["acme", SECRET, signatureOf("other"), signatureOf(snapshot("1"))])
          assert.ok(!JSON.stringify(reply).includes(word));
      });
    });

    it("get a 401 even when the body is not text, because verification comes before parsing", async () => {
      await using({ store: createMemoryStore() }, async ({ send }) =>
        assertUnauthorized(
          await send({
            headers: { [SIGNATURE]: signatureOf("x") },
            body: Uint8Array.of(0xff, 0xfe, 0),
          }),
        ),
      );
    });
  });
}
