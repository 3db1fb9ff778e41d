import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
import { expect, it } from "vitest";

const SECRET = "the OAuth client secret";

it("createOutageLog: logs a failing store with its error, once and then every ten seconds", async () => {
  const lines: object[] = [];
  const failure = new TypeError("column does not exist");
  const clock = { now: 0 };
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    store: {
      ...createMemoryStore(),
      apply: async () => {
        throw failure;
      },
    },
    logger: { info: () => {}, warn: () => {}, error: (details) => void lines.push(details) },
    now: () => clock.now,
  });
  const body = new TextEncoder().encode('{"event":"job.updated","data":{"id":"1"}}');
  const receive = () =>
    receiver.receive({ tenant: "acme", signature: signPayload(body, SECRET), body });
  for (const at of [0, 1, 9_999, 10_000]) {
    clock.now = at;
    expect((await receive()).status).toBe(503);
  }
  expect(lines).toEqual([
    { code: "ERR_STORE", reason: "The store failed.", err: failure, before: 0 },
    { code: "ERR_STORE", reason: "The store failed.", err: failure, before: 2 },
  ]);
});
