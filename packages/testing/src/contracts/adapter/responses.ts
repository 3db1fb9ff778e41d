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
  type Signal,
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
import { type Open, type ReceivedResponse, type Running, signed } from "./send-request.ts";

const JSON_TYPE = "application/json; charset=utf-8";

/** Cases for every row of the response table that a single request can produce. */
export function responseCases({ describe, it }: ContractRunner, open: Open): void {
  async function using(
    options: Parameters<typeof contractReceiver>[0],
    test: (server: Running) => Promise<void>,
  ): Promise<void> {
    const server = await open(contractReceiver(options));
    try {
      await test(server);
    } finally {
      await server.close();
    }
  }

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

  describe("failing backends", () => {
    for (const [name, options] of brokenBackends()) {
      it(`lead to 503 with Retry-After and without details when ${name}`, async () => {
        await using({ retryAfterSeconds: 7, ...options }, async ({ send }) => {
          const reply = await send(signed(snapshot("1")));
          assert.deepEqual([reply.status, reply.headers["retry-after"]], [503, "7"], reply.body);
          assert.doesNotMatch(reply.body, /planted/);
        });
      });
    }

    it("queues a delivery while maxInFlight others are with the store", async () => {
      const gate = signal();
      const reached = signal();
      await using(
        { inbox: gated(gate, reached), maxInFlight: 1, deadlineMs: 5000 },
        async ({ send }) => {
          const first = send(signed(notification("JOB_CREATE", "1")));
          await reached.fired;
          const second = send(signed(notification("JOB_CREATE", "2")));
          gate.fire();
          assertOutcome(await first, "accepted");
          assertOutcome(await second, "accepted");
        },
      );
    });

    it("responds 503 when the deadline passes in the queue", async () => {
      const gate = signal();
      const reached = signal();
      await using(
        { inbox: gated(gate, reached), maxInFlight: 1, deadlineMs: 200 },
        async ({ send }) => {
          const first = send(signed(notification("JOB_CREATE", "1")));
          await reached.fired;
          const second = await send(signed(notification("JOB_CREATE", "2")));
          assert.deepEqual([second.status, codeOf(second)], [503, "ERR_OVERLOADED"]);
          assert.equal(codeOf(await first), "ERR_DEADLINE");
          gate.fire();
          assertOutcome(await send(signed(notification("JOB_CREATE", "2"))), "accepted");
        },
      );
    });
  });
}

/** A memory inbox whose `accept` fires `reached` and waits for `gate`. */
function gated(gate: Signal, reached: Signal): Inbox {
  const inbox = createMemoryInbox();
  return {
    ...inbox,
    async accept(delivery) {
      reached.fire();
      await gate.fired;
      return inbox.accept(delivery);
    },
  };
}

async function statesOf(inbox: Inbox): Promise<DeliveryState[]> {
  return (await inbox.list({ limit: 1000 })).map(({ state }) => state);
}

function assertOutcome(reply: ReceivedResponse, status: string): void {
  assert.equal(reply.status, 200, reply.body);
  assert.equal((JSON.parse(reply.body) as { status: string }).status, status);
}

function assertUnauthorized(reply: ReceivedResponse): void {
  assert.deepEqual([reply.status, codeOf(reply)], [401, "ERR_UNAUTHORIZED"]);
}

function codeOf(reply: ReceivedResponse): string {
  return (JSON.parse(reply.body) as { code: string }).code;
}

function withoutDate({ status, headers: { date: _, ...headers }, body }: ReceivedResponse): string {
  return JSON.stringify({ status, headers, body });
}
