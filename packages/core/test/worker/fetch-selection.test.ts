import {
  createMemoryStore,
  createReceiver,
  createWorker,
  JobberSyncError,
  type WorkerOptions,
} from "@jobber-sync/core";
import type { RecordSource } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";
import { backend, notification } from "../support/worker-fixtures.ts";

type Read = NonNullable<RecordSource["read"]>;

/** Creates a backend that acts on every topic, with a source whose `read` is given. */
function reading(read: Read | undefined, on: WorkerOptions["on"]) {
  const fetch = async () => null;
  return backend({ topics: "all", source: { fetch, ...(read && { read }) }, on });
}

describe("fetch in handlers", () => {
  it("reads the object of the topic with the handler's selection", async () => {
    const calls: unknown[] = [];
    const seen: unknown[] = [];
    const { send, worker } = reading(
      async (...call) => {
        calls.push(call.slice(0, 3));
        return { quoteNumber: "17" };
      },
      {
        QUOTE_APPROVED: async ({ fetch }) => {
          const quote = await fetch<{ quoteNumber: string }>("quoteNumber");
          seen.push(quote?.quoteNumber);
        },
      },
    );
    await send(notification("QUOTE_APPROVED", "Nw=="));
    await worker.drain();
    expect(calls).toEqual([["acme", { type: "quote", id: "Nw==" }, "quoteNumber"]]);
    expect(seen).toEqual(["17"]);
  });

  it("waits for the tenant's rate limit, and aborts with the run", async () => {
    const { send, worker } = backend({
      topics: "all",
      runTimeoutMs: 100,
      fetchesPerSecond: 100_000,
      source: {
        fetch: async () => null,
        read: (_tenant, _object, _selection, { signal }) =>
          new Promise((_resolve, reject) => {
            signal.addEventListener("abort", () => reject(signal.reason));
          }),
      },
      on: {
        QUOTE_SENT: async ({ fetch }) => {
          await fetch("id");
        },
      },
    });
    await send(notification("QUOTE_SENT", "Nw=="));
    expect(await worker.drain()).toBe(1);
  });

  it.each([
    ["ERR_API_RESPONSE", "waiting"],
    ["ERR_API_THROTTLED", "waiting"],
    ["ERR_API_PERMISSION", "paused"],
    ["ERR_API_NEEDS_REAUTH", "paused"],
  ] as const)("%s leaves the delivery %s, and is not the handler's fault", async (code, state) => {
    const { send, worker, inbox } = reading(() => Promise.reject(new JobberSyncError(code, "no")), {
      QUOTE_SENT: async ({ fetch }) => {
        await fetch("id");
      },
    });
    await send(notification("QUOTE_SENT", "Nw=="));
    await worker.drain();
    expect(await inbox.list({})).toMatchObject([{ state, reason: code, attempts: 0 }]);
  });

  it.each([
    ["a source that cannot read objects", undefined],
    ["text that is no selection", () => Promise.reject(new TypeError("not a selection"))],
  ])("throws a TypeError into the handler for %s", async (_what, read) => {
    const caught: unknown[] = [];
    const { send, worker, inbox } = reading(read, {
      QUOTE_SENT: async ({ fetch }) => {
        await fetch("{").catch((error) => {
          caught.push(error);
          throw error;
        });
      },
    });
    await send(notification("QUOTE_SENT", "Nw=="));
    await worker.drain();
    expect(caught).toEqual([expect.any(TypeError)]);
    expect(await inbox.list({})).toMatchObject([{ reason: "ERR_HANDLER", attempts: 1 }]);
  });
});

describe("handlers of topics that are not selected", () => {
  const store = createMemoryStore();
  const on = { QUOTE_SENT() {}, "job.created"() {}, JOB_UPDATE() {}, SOMETHING_NEW() {} };

  function warnings(create: (logger: typeof silentLogger) => unknown): unknown[] {
    const topics: unknown[] = [];
    create({
      ...silentLogger,
      warn: (details) => void ("topic" in details && topics.push(details.topic)),
    });
    return topics;
  }

  it("are reported by a worker that knows the receiver's topics", () => {
    const { inbox } = backend();
    const of = (topics: WorkerOptions["topics"]) =>
      warnings((logger) => createWorker({ inbox, store, on, logger, topics }));
    expect(of("sync")).toEqual(["QUOTE_SENT", "SOMETHING_NEW"]);
    expect(of(["QUOTE_SENT"])).toEqual(["JOB_UPDATE", "SOMETHING_NEW"]);
    expect(of("all")).toEqual([]);
    expect(of(undefined)).toEqual([]);
  });

  it("are reported by an inline receiver", () => {
    const tenants = [{ slug: "acme", secrets: "the OAuth client secret" }];
    expect(warnings((logger) => createReceiver({ tenants, store, on, logger }))).toEqual([
      "QUOTE_SENT",
      "SOMETHING_NEW",
    ]);
  });
});
