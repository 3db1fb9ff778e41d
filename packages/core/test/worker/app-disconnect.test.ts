import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
import type { RecordSource } from "@jobber-sync/core/ports";
import { silentLogger } from "@jobber-sync/testing";
import { expect, it } from "vitest";

const BODY = new TextEncoder().encode(
  JSON.stringify({
    data: {
      webHookEvent: {
        topic: "APP_DISCONNECT",
        appId: "app",
        accountId: "MQ==",
        itemId: "MQ==",
        occurredAt: "2026-01-25T10:00:00Z",
      },
    },
  }),
);

async function receiveDisconnect(disconnected: RecordSource["disconnected"] | undefined) {
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const handled: string[] = [];
  const source: RecordSource = {
    fetch: async () => null,
    ...(disconnected ? { disconnected } : {}),
  };
  const on = {
    "app.disconnected": ({ tenant }: { readonly tenant: string }) => void handled.push(tenant),
  };
  const logger = silentLogger;
  const worker = createWorker({ inbox, store, source, on, logger });
  await inbox.accept({
    tenant: "acme",
    objectType: "account",
    objectId: "MQ==",
    deliveryKey: "key",
    topic: "APP_DISCONNECT",
    body: BODY,
    receivedAt: Date.now() - 50,
    state: "waiting",
    reason: null,
  });
  await worker.drain();
  const [row] = await inbox.list({});
  return { handled, row };
}

it("APP_DISCONNECT: calls the handler once the source confirms it", async () => {
  const fetched: unknown[] = [];
  const { handled, row } = await receiveDisconnect(async (tenant, occurredAt) => {
    fetched.push(tenant, occurredAt);
    return true;
  });
  expect(fetched).toEqual(["acme", "2026-01-25T10:00:00Z"]);
  expect(handled).toEqual(["acme"]);
  expect(row?.state).toBe("done");
});

it("APP_DISCONNECT: is ignored when the account is still connected", async () => {
  const { handled, row } = await receiveDisconnect(async () => false);
  expect(handled).toEqual([]);
  expect(row?.state).toBe("done");
});

it("APP_DISCONNECT: is retried when the source fails", async () => {
  const { handled, row } = await receiveDisconnect(async () => {
    throw new Error("no network");
  });
  expect(handled).toEqual([]);
  expect(row).toMatchObject({ state: "waiting", reason: "ERR_SOURCE" });
});

it("APP_DISCONNECT: calls the handler unchecked when the source has no `disconnected`", async () => {
  const { handled, row } = await receiveDisconnect(undefined);
  expect(handled).toEqual(["acme"]);
  expect(row?.state).toBe("done");
});
