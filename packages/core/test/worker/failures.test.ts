import { inspect } from "node:util";
import { createReceiver, JobberSyncError, signPayload } from "@jobber-sync/core";
import { describe, expect, it, vi } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

const HOUR = 3_600_000;
const snapshot = { event: "job.updated", data: { id: "1", title: "Gutters", status: "active" } };

/** Creates a backend whose logger records error lines. */
function logged(options: Parameters<typeof backend>[0]) {
  const lines: { readonly err?: unknown; readonly code?: string }[] = [];
  const logger = { info() {}, warn() {}, error: (line: object) => void lines.push(line) };
  return { ...backend({ ...options, logger }), lines };
}

describe("worker: errors of the user's code", () => {
  it("a handler failing five times: a log entry per try with its stack, the message in list(), dead with the error", async () => {
    const boom = new Error("no such table: bookings");
    const { send, worker, clock, lines, events, inbox } = logged({
      on: { "job.updated": () => Promise.reject(boom) },
    });
    await send(snapshot);
    const listed: unknown[] = [];
    for (let index = 0; index < 6; index += 1) {
      await worker.drain();
      listed.push(...(await inbox.list({})).map(({ state, attempts }) => [state, attempts]));
      clock.now += HOUR;
    }
    expect(listed.slice(0, 5)).toEqual([
      ...[1, 2, 3, 4].map((attempts) => ["waiting", attempts]),
      ["dead", 5],
    ]);
    expect(lines.map(({ err }) => (err as Error).stack)).toEqual(Array(5).fill(boom.stack));
    expect((await inbox.list({}))[0]?.error).toBe(
      'Handler on["job.updated"] threw. Error: no such table: bookings',
    );
    const dead = events.filter(({ name }) => name === "dead");
    expect(dead).toMatchObject([{ event: { code: "ERR_HANDLER", error: { cause: boom } } }]);
  });

  it("logs a throwing handler's own error once per try, and passes it to retried and dead", async () => {
    const boom = new Error("boom", { cause: new TypeError("deeper") });
    const { send, worker, clock, lines, events } = logged({
      on: {
        "job.updated": () => {
          throw boom;
        },
      },
    });
    await send(snapshot);
    for (let index = 0; index < 6; index += 1) {
      await worker.drain();
      clock.now += HOUR;
    }
    expect(lines.map(({ err, code }) => [err, code])).toEqual(Array(5).fill([boom, "ERR_HANDLER"]));
    expect(lines[0]).toMatchObject({ tenant: "acme", event: "job.updated", attempt: 1 });
    expect(events.map(({ name }) => name)).toEqual([...Array(4).fill("retried"), "dead"]);
    for (const { event } of events) {
      expect(event).toMatchObject({ code: "ERR_HANDLER", error: { code: "ERR_HANDLER" } });
      expect("error" in event && event.error?.cause).toBe(boom);
    }
  });

  it("reports an uncoded error of the source as ERR_SOURCE, once for all deliveries it failed", async () => {
    const bug = new TypeError("Cannot read properties of undefined");
    const source = { fetch: () => Promise.reject(bug) };
    const { send, worker, lines, inbox } = logged({ source });
    for (let index = 0; index < 3; index += 1) await send(notification("JOB_UPDATE"));
    await worker.drain();
    expect(lines.map(({ err, code }) => [err, code])).toEqual([[bug, "ERR_SOURCE"]]);
    expect((await inbox.list({})).map(({ reason }) => reason)).toEqual(Array(3).fill("ERR_SOURCE"));
  });

  it("logs what the status mapping throws", async () => {
    const bug = new Error("no such status");
    const ownKeys = () => {
      throw bug;
    };
    const { send, worker, lines } = logged({ statusOverrides: new Proxy({}, { ownKeys }) });
    await send(snapshot);
    await worker.drain();
    expect(lines.map(({ err, code }) => [err, code])).toEqual([[bug, "ERR_MAPPING"]]);
  });

  it("logs a failing store with its error, at most every ten seconds", async () => {
    const bug = new Error("column does not exist");
    const b = logged({ retry: { firstDelayMs: 1 } });
    vi.spyOn(b.store, "apply").mockRejectedValue(bug);
    await b.send(snapshot);
    for (let index = 0; index < 3; index += 1) {
      await b.worker.drain();
      b.clock.now += HOUR;
    }
    expect(b.lines.map(({ err, code }) => [err, code])).toEqual([[bug, "ERR_STORE"]]);
  });

  it("logs a handler that times out", async () => {
    const { send, worker, lines } = logged({
      now: Date.now,
      runTimeoutMs: 20,
      on: { "job.updated": () => new Promise(() => {}) },
    });
    await send(snapshot);
    worker.start();
    await expect.poll(() => lines).toMatchObject([{ code: "ERR_HANDLER" }]);
    expect(inspect(lines[0]?.err)).toMatch(/on\["job.updated"\] timed out/);
    await worker.stop({ graceMs: 1 });
  });

  it("does not log what a stop interrupts", async () => {
    let called = false;
    const { send, worker, lines } = logged({
      now: Date.now,
      on: {
        "job.updated": ({ signal }) =>
          new Promise((_, reject) => {
            called = true;
            signal.addEventListener("abort", () => reject(new Error("aborted")));
          }),
      },
    });
    await send(snapshot);
    worker.start();
    await expect.poll(() => called).toBe(true);
    await worker.stop({ graceMs: 1 });
    expect(lines).toEqual([]);
  });

  it("keeps coded errors of the source as they are, and logs nothing for a rate limit", async () => {
    const { send, worker, lines, inbox } = logged({
      source: sourceOf((_, id) => {
        throw new JobberSyncError(id === "1" ? "ERR_API_RATE_LIMITED" : "ERR_API_NETWORK", "x");
      }).source,
    });
    await send(notification("JOB_UPDATE", "1"));
    await send(notification("JOB_UPDATE", "2"));
    await worker.drain();
    expect((await inbox.list({})).map(({ reason }) => reason)).toEqual([
      "ERR_API_RATE_LIMITED",
      "ERR_API_NETWORK",
    ]);
    expect(lines.map(({ code }) => code)).toEqual(["ERR_API_NETWORK"]);
  });
});

describe("worker: handler context", () => {
  it("identifies the delivery and the attempt, and binds the logger", async () => {
    const seen: unknown[] = [];
    const { send, worker, clock, inbox, lines } = logged({
      on: {
        "job.updated": ({ deliveryKey, attempt, cause, logger }) => {
          seen.push([deliveryKey, attempt, cause]);
          if (attempt === 2) return logger.error({ step: 3 }, "mine");
          throw new Error("first");
        },
      },
    });
    await send(snapshot);
    await worker.drain();
    clock.now += HOUR;
    await worker.drain();
    const [row] = await inbox.list({});
    const deliveryKey = row?.deliveryKey;
    expect(seen).toEqual([1, 2].map((attempt) => [deliveryKey, attempt, "webhook"]));
    expect(lines.at(-1)).toEqual({
      tenant: "acme",
      topic: "job.updated",
      objectId: "1",
      deliveryKey,
      step: 3,
    });
  });

  it("is not built for unresolved deliveries: neither event nor topic handlers run", async () => {
    const calls: string[] = [];
    const on = {
      "job.updated": () => void calls.push("event"),
      JOB_UPDATE: () => void calls.push("topic"),
      VISIT_UPDATE: () => void calls.push("visit"),
    };
    const b = backend({ on });
    await b.send(notification("JOB_UPDATE"));
    await b.send(notification("VISIT_UPDATE", "visit"));
    await b.worker.drain();
    expect(await b.states()).toEqual(["unresolved", "unresolved"]);
    expect(calls).toEqual([]);
  });
});

it("inline mode: logs a throwing handler's error and keeps its text out of the response", async () => {
  const boom = new Error("boom");
  const lines: { readonly err?: unknown }[] = [];
  const secret = "the OAuth client secret";
  const { store } = backend({ source: sourceOf((_, id) => found(id, "x")).source });
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: secret }],
    store,
    logger: { info() {}, warn() {}, error: (line: object) => void lines.push(line) },
    on: { "job.updated": () => Promise.reject(boom) },
  });
  const body = new TextEncoder().encode(JSON.stringify(snapshot));
  const signature = signPayload(body, secret);
  const response = await receiver.receive({ tenant: "acme", signature, body });
  expect(response.status).toBe(503);
  expect(response.body).not.toContain("boom");
  expect(lines.some(({ err }) => err === boom)).toBe(true);
});
