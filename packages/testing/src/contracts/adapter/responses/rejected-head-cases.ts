import assert from "node:assert/strict";
import { createMemoryStore } from "@jobber-sync/core";
import type { ContractRunner } from "../../store/contract-runner.ts";
import { APP_ROUTE, APP_SECRET, ROUTE, snapshot } from "../contract-server.ts";
import { NO_ROUTES } from "../response-inputs.ts";
import { signed } from "../send-request.ts";
import { codeOf } from "./check-response.ts";
import type { Using } from "./using-server.ts";

/** Cases for requests that are rejected before their body is read. */
export function rejectedHeadCases({ describe, it }: ContractRunner, using: Using): void {
  describe("requests rejected before the body is read", () => {
    it("get 405 and Allow for every method except POST", async () => {
      await using(
        { store: createMemoryStore(), app: { secrets: APP_SECRET } },
        async ({ send }) => {
          for (const path of [ROUTE, APP_ROUTE]) {
            for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
              const reply = await send({ path, method });
              assert.deepEqual(
                [reply.status, reply.headers.allow],
                [405, "POST"],
                `${method} ${path}`,
              );
              if (method !== "HEAD") assert.equal(codeOf(reply), "ERR_METHOD");
            }
          }
        },
      );
    });

    it("get 404 for an unknown route", async () => {
      await using({ store: createMemoryStore() }, async ({ send }) => {
        for (const path of NO_ROUTES)
          assert.equal((await send(signed(snapshot("1"), { path }))).status, 404, path);
      });
    });

    it("get 415 for an encoded body", async () => {
      await using({ store: createMemoryStore() }, async ({ send }) => {
        for (const encoding of ["gzip", "deflate", "br", "zstd", "identity, gzip"]) {
          const reply = await send(
            signed(snapshot("1"), { headers: { "content-encoding": encoding } }),
          );
          assert.deepEqual([reply.status, codeOf(reply)], [415, "ERR_BODY_ENCODED"], encoding);
        }
      });
    });

    it("get 413 for a body one byte over the limit, and 200 at the limit", async () => {
      const store = createMemoryStore();
      const body = snapshot("1");
      await using({ store, maxBodyBytes: body.length }, async ({ send }) => {
        assert.equal((await send(signed(body))).status, 200);
        const reply = await send(signed(`${body} `));
        assert.deepEqual([reply.status, codeOf(reply)], [413, "ERR_BODY_TOO_LARGE"]);
      });
    });
  });
}
