import {
  createMemoryInbox,
  createReceiver,
  type LifecycleEvents,
  type ReceiverOptions,
  type Secrets,
  signPayload,
} from "@jobber-sync/core";
import { describe, expect, it, vi } from "vitest";

const SECRET = "the client secret of the app";
const BODY = new TextEncoder().encode('{"event":"job.created","data":{"id":"123"}}');
const SIGNATURE = signPayload(BODY, SECRET);

function open(options: Partial<ReceiverOptions> = {}) {
  const clock = { now: 0 };
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const accepted: LifecycleEvents["accepted"][] = [];
  const rejected: LifecycleEvents["rejected"][] = [];
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    inbox: createMemoryInbox(),
    hooks: {
      accepted: (event) => void accepted.push(event),
      rejected: (event) => void rejected.push(event),
    },
    logger,
    now: () => clock.now,
    ...options,
  } as ReceiverOptions);
  const send = (signature: string | string[] | undefined, tenant = "acme") =>
    receiver.handle({
      method: "POST",
      tenant,
      headers: { "x-jobber-hmac-sha256": signature },
      body: BODY,
    });
  return { receiver, send, clock, logger, accepted, rejected };
}

const afterResponses = () => new Promise((resolve) => setTimeout(resolve, 0));

describe("the accepted hook", () => {
  it.each<[Secrets, string | number]>([
    [SECRET, 0],
    [["the client secret before rotation", SECRET], 1],
    [
      [
        { name: "old", value: "the client secret before rotation" },
        { name: "new", value: SECRET },
      ],
      "new",
    ],
  ])("carries the index or name of the secret that matched", async (secrets, secret) => {
    const { send, accepted } = open({ tenants: [{ slug: "acme", secrets }] });
    expect((await send(SIGNATURE)).status).toBe(200);
    expect(accepted).toEqual([expect.objectContaining({ secret })]);
  });
});

describe("the rejected hook", () => {
  it.each([
    ["header_missing", undefined, "acme"],
    ["header_doubled", [SIGNATURE, SIGNATURE], "acme"],
    ["header_hex", Buffer.from(SIGNATURE, "base64").toString("hex"), "acme"],
    ["header_form", SIGNATURE.slice(0, -1), "acme"],
    ["signature_mismatch", signPayload("other", SECRET), "acme"],
    ["tenant_unknown", SIGNATURE, "globex"],
  ])("carries the cause %s", async (cause, signature, tenant) => {
    const { send, rejected } = open();
    expect((await send(signature, tenant)).status).toBe(401);
    expect(rejected).toEqual([expect.objectContaining({ cause, error: null })]);
  });

  it("carries the store's own error", async () => {
    const inbox = createMemoryInbox();
    const error = new Error("disk gone");
    vi.spyOn(inbox, "accept").mockRejectedValue(error);
    const { send, rejected } = open({ inbox });
    expect((await send(SIGNATURE)).status).toBe(503);
    expect(rejected).toEqual([
      expect.objectContaining({ cause: null, error: expect.objectContaining({ cause: error }) }),
    ]);
  });
});

describe("the log of rejected signatures", () => {
  it("has one line per cause and minute, outside development mode too", async () => {
    const { send, clock, logger } = open();
    for (const at of [0, 1, 59_999, 60_000]) {
      clock.now = at;
      await send(signPayload("other", SECRET));
      await send(undefined);
    }
    await afterResponses();
    expect(logger.warn.mock.calls.map(([details]) => details)).toEqual([
      { cause: "signature_mismatch", tenant: "acme", suppressed: 0 },
      { cause: "header_missing", tenant: null, suppressed: 0 },
      { cause: "signature_mismatch", tenant: "acme", suppressed: 2 },
      { cause: "header_missing", tenant: null, suppressed: 2 },
    ]);
  });

  it("does not repeat the sender's text", async () => {
    const { send, logger } = open();
    await send("secret signature", "unknown\nslug");
    await send(SIGNATURE, "unknown\nslug");
    await afterResponses();
    const lines = JSON.stringify(logger.warn.mock.calls);
    expect(logger.warn).toHaveBeenCalledTimes(2);
    for (const text of ["secret signature", SIGNATURE, "slug\\", "unknown"])
      expect(lines.replaceAll("tenant_unknown", "")).not.toContain(text);
  });
});

describe("handle", () => {
  it.each<[string, Partial<ReceiverOptions>]>([
    [
      "the now option",
      {
        now: () => {
          throw new Error("clock gone");
        },
      },
    ],
  ])("responds 503 if %s throws", async (_, options) => {
    const { send } = open(options);
    expect((await send(SIGNATURE)).status).toBe(503);
  });

  it("responds if the request itself is unusable", async () => {
    const { receiver } = open();
    const body = {
      read: () => Promise.reject(new Error("gone")),
      discard: () => {
        throw new Error("gone");
      },
    };
    const headers = { "x-jobber-hmac-sha256": SIGNATURE };
    const request = { method: "POST", tenant: "acme", headers, body };
    expect((await receiver.handle(request)).status).toBe(503);
    expect((await receiver.handle({ ...request, method: "GET" })).status).toBe(503);
    for (const nothing of [undefined, null, {}])
      expect((await receiver.handle(nothing as never)).status).toBeGreaterThanOrEqual(400);
    expect((await receiver.receive(undefined as never)).status).toBe(503);
  });
});
