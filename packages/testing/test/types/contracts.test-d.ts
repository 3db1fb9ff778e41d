import { createMemoryInbox, createMemoryStore, createMemoryTokenStore } from "@jobber-sync/core";
import {
  adapterContract,
  checkStoreHistories,
  fetchHandlerContract,
  inboxContract,
  seededRandom,
  syncStoreContract,
  tokenStoreContract,
} from "@jobber-sync/testing/contracts";
import { describe, expectTypeOf, it } from "vitest";

declare const optional: number | undefined;

const store = createMemoryStore();
inboxContract({ describe, it, open: () => ({ inbox: createMemoryInbox(), store, close() {} }) });
// @ts-expect-error: a store is no inbox
inboxContract({ describe, it, open: () => ({ inbox: store, store, close() {} }) });

syncStoreContract({
  describe,
  it,
  open: () => ({ store: createMemoryStore(), close() {} }),
  histories: 100,
});
// @ts-expect-error: open is required
syncStoreContract({ describe, it });
expectTypeOf(checkStoreHistories).returns.resolves.toBeVoid();

tokenStoreContract({
  describe,
  it,
  open: () => ({ subject: createMemoryTokenStore(), close() {} }),
});
// @ts-expect-error: the subject must be a TokenStore
tokenStoreContract({ describe, it, open: () => ({ subject: {}, close() {} }) });

adapterContract({
  describe,
  it,
  start: async (receiver) => {
    expectTypeOf(receiver.handle).toBeFunction();
    return { url: "http://127.0.0.1:3000", close: async () => {} };
  },
  recordedRequests: optional,
  parsers: undefined,
});
// @ts-expect-error: start must resolve with an address
adapterContract({ describe, it, start: async () => ({ close: async () => {} }) });
fetchHandlerContract({ describe, it, open: () => async () => new Response() });
// @ts-expect-error: open must return a handler
fetchHandlerContract({ describe, it, open: () => new Response() });

expectTypeOf(seededRandom(1)).toEqualTypeOf<() => number>();
