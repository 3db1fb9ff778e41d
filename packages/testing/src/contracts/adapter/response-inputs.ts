import { createMemoryInbox, createMemoryStore, type ReceiverOptions } from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";
import {
  APP_ROUTE,
  APP_SECRET,
  type contractReceiver,
  ROUTE,
  signatureOf,
  snapshot,
} from "./contract-server.ts";

/** Content types that must not change how a body is read. */
export const CONTENT_TYPES = [
  "application/json",
  "APPLICATION/JSON; charset=utf-16",
  "application/x-www-form-urlencoded",
  "multipart/form-data",
  "text/plain",
  "application/octet-stream",
  "nonsense",
  "a/b/c; ;;",
];

/** Paths without a route. */
export const NO_ROUTES = [
  "/",
  "/webhooks",
  APP_ROUTE,
  `${APP_ROUTE}/`,
  `${ROUTE}/`,
  `${ROUTE}/more`,
  "/Webhooks/jobber/acme",
  `/api${ROUTE}`,
];

/** Generates signature headers that are wrong for `snapshot("1")`. */
export function* badSignatures(): Generator<[name: string, signature: string | null]> {
  const right = signatureOf(snapshot("1"));
  yield ["no header", null];
  yield ["an empty header", ""];
  yield ["a blank header", "  "];
  yield ["one that is too short", right.slice(0, 43)];
  yield ["one that is too long", `${right}=`];
  yield ["hex", Buffer.from(right, "base64").toString("hex")];
  yield ["sha256=", `sha256=${right}`];
  yield ["url-safe base64", "-_".padEnd(43, "A").concat("=")];
  yield ["unpadded base64", right.slice(0, -1)];
  yield ["latin1", "é".repeat(44)];
  yield ["two values", `${right}, ${right}`];
  yield ["10 kB", "A".repeat(10_000)];
  yield ["another body's", signatureOf("other")];
  yield ["another secret's", signatureOf(snapshot("1"), APP_SECRET)];
}

/** Generates bodies that are not events. */
export function* notEvents(): Generator<[name: string, body: string | Uint8Array]> {
  const data = (webHookEvent: unknown) => JSON.stringify({ data: { webHookEvent } });
  yield ["an empty body", ""];
  yield ["a body that is not UTF-8", Uint8Array.of(0x7b, 0xff, 0x7d)];
  yield ["a byte order mark alone", "\uFEFF"];
  yield ["null", "null"];
  yield ["a number", "1.0"];
  yield ["100,000 brackets", "[".repeat(100_000)];
  yield [
    "__proto__",
    '{"__proto__":{"polluted":true},"event":"job.created","data":{"__proto__":{"id":"1"}}}',
  ];
  yield ["an envelope that is null", data(null)];
  yield [
    "an id of the wrong type",
    data({ topic: "JOB_CREATE", accountId: "MQ==", itemId: { a: 1 } }),
  ];
  yield ["an id that lost digits", '{"event":"job.created","data":{"id":12345678901234567890}}'];
  yield ["an unknown event", '{"event":"constructor","data":{"id":"1"}}'];
}

/** Generates backends that fail. Their error details must not reach the sender. */
export function* brokenBackends(): Generator<
  [name: string, options: Parameters<typeof contractReceiver>[0] & Partial<ReceiverOptions>]
> {
  const planted = () => Promise.reject(new Error("planted detail"));
  const store: SyncStore = createMemoryStore();
  const resolveTo = (secrets: string) => ({ resolve: async (slug: string) => ({ slug, secrets }) });
  yield ["the tenant lookup fails", { store, tenants: { resolve: planted } }];
  yield [
    "the tenant lookup hangs",
    { store, deadlineMs: 100, tenants: { resolve: () => new Promise(() => {}) } },
  ];
  yield ["the tenant has no usable secret", { store, tenants: resolveTo("planted") }];
  yield ["the store is down", { store: { ...store, apply: planted } }];
  yield [
    "the store hangs",
    { deadlineMs: 100, store: { ...store, apply: () => new Promise(() => {}) } },
  ];
  yield ["the inbox is down", { inbox: { ...createMemoryInbox(), accept: planted } }];
  yield [
    "the inbox hangs",
    { deadlineMs: 100, inbox: { ...createMemoryInbox(), accept: () => new Promise(() => {}) } },
  ];
  yield ["a handler throws", { store, on: { "job.created": planted } }];
}
