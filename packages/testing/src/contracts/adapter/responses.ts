import assert from "node:assert/strict";
import { createMemoryInbox, createMemoryStore, type DeliveryState } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import type { ContractRunner } from "../store/contract-runner.ts";
import {
  APP_ROUTE,
  APP_SECRET,
  contractReceiver,
  notification,
  ODD_TENANT,
  ROUTE,
  SECRET,
  SIGNATURE,
  signal,
  signatureOf,
  snapshot,
} from "./contract-server.ts";
import {
  badSignatures,
  brokenBackends,
  CONTENT_TYPES,
  NO_ROUTES,
  notEvents,
} from "./response-inputs.ts";
import { type Open, type Reply, type Responding, signed } from "./send-request.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** Every row of the response table that one request can show. */
export function responseCases({ describe, it }: ContractRunner, open: Open): void {
  async function using(
    options: Parameters<typeof contractReceiver>[0],
    test: (server: Responding) => Promise<void>,
  ): Promise<void> {
    const server = await open(contractReceiver(options));
    try {
      await test(server);
    } finally {
      await server.close();
    }
  }

  describe("what is accepted", () => {
    it("stores a signed delivery in the inbox before it answers", async () => {
      const inbox = createMemoryInbox();
      await using({ inbox }, async ({ ask }) => {
        assertWord(await ask(signed(notification("JOB_CREATE", "1"))), "accepted");
        assert.deepEqual(await statesOf(inbox), ["waiting"]);
        assertWord(await ask(signed(notification("JOB_UPDATE", "1"))), "coalesced");
        assertWord(await ask(signed(notification("JOB_UPDATE", "1"))), "duplicate");
        assert.deepEqual(await statesOf(inbox), ["waiting", "waiting", "waiting"]);
      });
    });

    it("has the records stored before it answers when there is no inbox", async () => {
      const store = createMemoryStore();
      await using({ store }, async ({ ask }) => {
        assertWord(await ask(signed(snapshot("123", "Zoë's läwn 🌱"))), "accepted");
        assert.equal((await store.jobs("acme"))[0]?.title, "Zoë's läwn 🌱");
        assertWord(await ask(signed(snapshot("123", "Zoë's läwn 🌱"))), "duplicate");
        assertWord(await ask(signed(notification("JOB_UPDATE", "123"))), "ignored");
      });
    });

    it("finds a tenant whose slug has to be percent-encoded", async () => {
      const store = createMemoryStore();
      await using({ store }, async ({ ask }) => {
        const path = `/webhooks/jobber/${encodeURIComponent(ODD_TENANT.slug)}?a=b`;
        assertWord(
          await ask(signed(snapshot("1"), { path, secret: ODD_TENANT.secrets })),
          "accepted",
        );
        assert.equal((await store.jobs(ODD_TENANT.slug)).length, 1);
      });
    });

    it("finds the tenant by the account on the app-level route", async () => {
      const inbox = createMemoryInbox();
      await using({ inbox, app: { secrets: APP_SECRET } }, async ({ ask }) => {
        const viaApp = { path: APP_ROUTE, secret: APP_SECRET };
        assertWord(await ask(signed(notification("JOB_CREATE", "1"), viaApp)), "accepted");
        assert.equal((await inbox.list({}))[0]?.tenant, "acme");
        assertUnauthorized(await ask(signed(notification("JOB_CREATE", "1"), { path: APP_ROUTE })));
        assertUnauthorized(
          await ask(signed(notification("JOB_CREATE", "1"), { secret: APP_SECRET })),
        );
      });
    });

    it("answers a topic that is not wanted without storing it", async () => {
      const inbox = createMemoryInbox();
      await using({ inbox }, async ({ ask }) => {
        assertWord(await ask(signed(notification("INVOICE_CREATE", "1"))), "ignored");
        assert.deepEqual(await statesOf(inbox), []);
      });
    });

    it("drops a byte order mark, and takes words that JavaScript gives a meaning for plain words", async () => {
      const store = createMemoryStore();
      await using({ store }, async ({ ask }) => {
        assertWord(await ask(signed(`\uFEFF${snapshot("1")}`)), "accepted");
        assertWord(await ask(signed(snapshot("__proto__", "constructor"))), "accepted");
        assertWord(await ask(signed(notification("constructor", "1"))), "ignored");
        assert.equal((await store.jobs("acme")).length, 2);
      });
    });

    it("takes the body for what it is, whatever its Content-Type says", async () => {
      await using({ store: createMemoryStore() }, async ({ ask }) => {
        for (const type of CONTENT_TYPES) {
          const reply = await ask(signed(snapshot("1"), { headers: { "content-type": type } }));
          assert.equal(reply.status, 200, `${type}: ${reply.body}`);
        }
        const identity = await ask(
          signed(snapshot("1"), { headers: { "content-encoding": "Identity" } }),
        );
        assert.equal(identity.status, 200);
      });
    });
  });

  describe("what is signed and no event of this tenant", () => {
    for (const [name, body] of notEvents()) {
      it(`keeps ${name} for replay, and rejects it where there is no inbox`, async () => {
        const inbox = createMemoryInbox();
        await using({ inbox }, async ({ ask }) => {
          assertWord(await ask(signed(body)), "quarantined");
          assert.deepEqual(await statesOf(inbox), ["quarantined"]);
        });
        await using({ store: createMemoryStore() }, async ({ ask }) => {
          const reply = await ask(signed(body));
          assert.equal(reply.status, 422);
          assert.match(codeOf(reply), /^ERR_EVENT_(SYNTAX|INVALID)$/);
        });
        assert.equal(({} as Record<string, unknown>).polluted, undefined);
      });
    }

    it("quarantines another tenant's account, or ignores it without an inbox", async () => {
      const foreign = notification("JOB_CREATE", "1", "Mw==");
      await using({ inbox: createMemoryInbox() }, async ({ ask }) =>
        assertWord(await ask(signed(foreign)), "quarantined"),
      );
      await using({ store: createMemoryStore() }, async ({ ask }) =>
        assertWord(await ask(signed(foreign)), "ignored"),
      );
    });

    it("quarantines a snapshot where several tenants share the app", async () => {
      const viaApp = { path: APP_ROUTE, secret: APP_SECRET };
      const inbox = createMemoryInbox();
      await using({ inbox, app: { secrets: APP_SECRET } }, async ({ ask }) =>
        assertWord(await ask(signed(snapshot("1"), viaApp)), "quarantined"),
      );
      await using({ store: createMemoryStore(), app: { secrets: APP_SECRET } }, async ({ ask }) => {
        const reply = await ask(signed(snapshot("1"), viaApp));
        assert.deepEqual([reply.status, codeOf(reply)], [422, "ERR_SNAPSHOT_SHARED_APP"]);
      });
    });
  });

  describe("what is not signed for this address", () => {
    it("gives one and the same 401 for every reason, for known and unknown slugs", async () => {
      await using({ store: createMemoryStore() }, async ({ ask }) => {
        const replies = new Set<string>();
        for (const path of [ROUTE, "/webhooks/jobber/nobody", "/webhooks/jobber/constructor"]) {
          for (const [name, signature] of badSignatures()) {
            const headers = signature === null ? {} : { [SIGNATURE]: signature };
            const reply = await ask({ path, headers, body: snapshot("1") });
            assert.equal(reply.status, 401, `${path}, ${name}`);
            replies.add(withoutDate(reply));
          }
        }
        replies.add(
          withoutDate(await ask(signed(snapshot("1"), { path: "/webhooks/jobber/nobody" }))),
        );
        assert.equal(replies.size, 1, [...replies].join("\n"));
      });
    });

    it("says nothing in a 401 that the sender did not know", async () => {
      await using({ store: createMemoryStore() }, async ({ ask }) => {
        const reply = await ask({
          headers: { [SIGNATURE]: signatureOf("other") },
          body: snapshot("1"),
        });
        assertUnauthorized(reply);
        assert.equal(reply.headers["content-type"], JSON_TYPE);
        for (const word of ["acme", SECRET, signatureOf("other"), signatureOf(snapshot("1"))])
          assert.ok(!JSON.stringify(reply).includes(word));
      });
    });

    it("verifies before it parses: bytes that are no text, unsigned, are a 401 like any other", async () => {
      await using({ store: createMemoryStore() }, async ({ ask }) =>
        assertUnauthorized(
          await ask({
            headers: { [SIGNATURE]: signatureOf("x") },
            body: Uint8Array.of(0xff, 0xfe, 0),
          }),
        ),
      );
    });
  });

  describe("what is rejected before it is read", () => {
    it("answers every method but POST with 405 and Allow", async () => {
      await using({ store: createMemoryStore(), app: { secrets: APP_SECRET } }, async ({ ask }) => {
        for (const path of [ROUTE, APP_ROUTE]) {
          for (const method of ["GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"]) {
            const reply = await ask({ path, method });
            assert.deepEqual(
              [reply.status, reply.headers.allow],
              [405, "POST"],
              `${method} ${path}`,
            );
            if (method !== "HEAD") assert.equal(codeOf(reply), "ERR_METHOD");
          }
        }
      });
    });

    it("answers 404 where there is no route", async () => {
      await using({ store: createMemoryStore() }, async ({ ask }) => {
        for (const path of NO_ROUTES)
          assert.equal((await ask(signed(snapshot("1"), { path }))).status, 404, path);
      });
    });

    it("rejects encoded bodies and inflates nothing", async () => {
      await using({ store: createMemoryStore() }, async ({ ask }) => {
        for (const encoding of ["gzip", "deflate", "br", "zstd", "identity, gzip"]) {
          const reply = await ask(
            signed(snapshot("1"), { headers: { "content-encoding": encoding } }),
          );
          assert.deepEqual([reply.status, codeOf(reply)], [415, "ERR_BODY_ENCODED"], encoding);
        }
      });
    });

    it("takes a body of just the limit and rejects one byte more", async () => {
      const store = createMemoryStore();
      const body = snapshot("1");
      await using({ store, maxBodyBytes: body.length }, async ({ ask }) => {
        assert.equal((await ask(signed(body))).status, 200);
        const reply = await ask(signed(`${body} `));
        assert.deepEqual([reply.status, codeOf(reply)], [413, "ERR_BODY_TOO_LARGE"]);
      });
    });
  });

  describe("when the backend cannot", () => {
    for (const [name, options] of brokenBackends()) {
      it(`answers 503 with Retry-After and no detail when ${name}`, async () => {
        await using({ retryAfterSeconds: 7, ...options }, async ({ ask }) => {
          const reply = await ask(signed(snapshot("1")));
          assert.deepEqual([reply.status, reply.headers["retry-after"]], [503, "7"], reply.body);
          assert.doesNotMatch(reply.body, /planted/);
        });
      });
    }

    it("answers 503 at once when too many deliveries are with the store", async () => {
      const gate = signal();
      const reached = signal();
      const inbox = createMemoryInbox();
      const slow: Inbox = {
        ...inbox,
        async accept(delivery) {
          reached.fire();
          await gate.fired;
          return inbox.accept(delivery);
        },
      };
      await using({ inbox: slow, maxInFlight: 1, deadlineMs: 5000 }, async ({ ask }) => {
        const first = ask(signed(notification("JOB_CREATE", "1")));
        await reached.fired;
        const second = await ask(signed(notification("JOB_CREATE", "2")));
        gate.fire();
        assert.deepEqual([second.status, codeOf(second)], [503, "ERR_OVERLOADED"]);
        assertWord(await first, "accepted");
        assertWord(await ask(signed(notification("JOB_CREATE", "2"))), "accepted");
      });
    });
  });
}

async function statesOf(inbox: Inbox): Promise<DeliveryState[]> {
  return (await inbox.list({ limit: 1000 })).map(({ state }) => state);
}

function assertWord(reply: Reply, status: string): void {
  assert.equal(reply.status, 200, reply.body);
  assert.equal((JSON.parse(reply.body) as { status: string }).status, status);
}

function assertUnauthorized(reply: Reply): void {
  assert.deepEqual([reply.status, codeOf(reply)], [401, "ERR_UNAUTHORIZED"]);
}

function codeOf(reply: Reply): string {
  return (JSON.parse(reply.body) as { code: string }).code;
}

function withoutDate({ status, headers: { date: _, ...headers }, body }: Reply): string {
  return JSON.stringify({ status, headers, body });
}
