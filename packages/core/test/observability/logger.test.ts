import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type Logger,
  signPayload,
} from "@jobber-sync/core";
import { safeLogger } from "@jobber-sync/core/ports";
import { afterEach, describe, expect, it, vi } from "vitest";

const SECRET = "the OAuth client secret";
const TENANTS = [{ slug: "acme", secrets: SECRET }];
const body = new TextEncoder().encode('{"event":"job.created","data":{"id":"1"}}');
const delivery = { tenant: "acme", signature: signPayload(body, SECRET), body };

afterEach(() => void vi.restoreAllMocks());

function brokenInbox() {
  const inbox = createMemoryInbox();
  vi.spyOn(inbox, "accept").mockRejectedValue(new Error("disk gone"));
  return inbox;
}

describe("the default logger", () => {
  it("writes the message to the console, without an empty object after it", () => {
    const warned = vi.spyOn(console, "warn").mockReturnValue(undefined);
    createWorker({ inbox: createMemoryInbox(), store: createMemoryStore() });
    expect(warned.mock.calls).toEqual([
      [expect.stringMatching(/^jobber-sync: no source configured/)],
    ]);
  });

  it("writes details after the message", async () => {
    const failed = vi.spyOn(console, "error").mockReturnValue(undefined);
    const receiver = createReceiver({ tenants: TENANTS, inbox: brokenInbox() });
    expect((await receiver.receive(delivery)).status).toBe(503);
    expect(failed.mock.calls).toEqual([
      [expect.stringMatching(/^jobber-sync: /), expect.objectContaining({ code: "ERR_STORE" })],
    ]);
  });
});

describe.each([
  [
    "throws",
    () => {
      throw new Error("logger gone");
    },
  ],
  ["rejects", () => Promise.reject(new Error("logger gone"))],
])("a logger that %s", (_, fail) => {
  const logger: Logger = { info: fail, warn: fail, error: fail };

  it("does not make the receiver reject", async () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    vi.spyOn(console, "warn").mockReturnValue(undefined);
    const receiver = createReceiver({
      tenants: TENANTS,
      inbox: brokenInbox(),
      logger,
      development: true,
      hooks: {
        rejected: () => {
          throw new Error("hook failed");
        },
      },
    });
    expect((await receiver.receive(delivery)).status).toBe(503);
    const request = { method: "POST", tenant: "acme", headers: {}, body };
    expect((await receiver.handle(request)).status).toBe(401);
  });

  it("does not raise an unhandled rejection in the worker", async () => {
    vi.spyOn(console, "error").mockReturnValue(undefined);
    vi.spyOn(console, "warn").mockReturnValue(undefined);
    const unhandled = vi.fn();
    process.on("unhandledRejection", unhandled);
    const store = createMemoryStore();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
    vi.spyOn(inbox, "claim").mockRejectedValue(new Error("disk gone"));
    vi.spyOn(inbox, "purge").mockRejectedValue(new Error("disk gone"));
    const worker = createWorker({ inbox, store, logger });
    await createReceiver({ tenants: TENANTS, inbox, logger }).receive(delivery);
    worker.start();
    await vi.waitFor(() => expect(inbox.claim).toHaveBeenCalled());
    await new Promise((resolve) => setImmediate(resolve));
    await worker.stop();
    process.off("unhandledRejection", unhandled);
    expect(unhandled).not.toHaveBeenCalled();
  });

  it("leaves its lines to the console, preceded once by its own error", async () => {
    const lines: unknown[] = [];
    vi.spyOn(console, "error").mockImplementation((...line) => void lines.push(line));
    vi.spyOn(console, "info").mockImplementation((...line) => void lines.push(line));
    const safe = safeLogger(logger);
    safe.info({}, "first");
    safe.error({ code: "ERR_STORE" }, "second");
    await new Promise((resolve) => setImmediate(resolve));
    expect(lines).toEqual([
      [
        "jobber-sync: the logger failed, writing to the console",
        { err: expect.objectContaining({ message: "logger gone" }) },
      ],
      ["jobber-sync: first"],
      ["jobber-sync: second", { code: "ERR_STORE" }],
    ]);
  });
});
