import { EventEmitter, once } from "node:events";
import {
  createMemoryCursorStore,
  createMemoryInbox,
  createMemoryLease,
  createMemoryStore,
  createMemoryTokenStore,
} from "@jobber-sync/core";
import { signedRequest, silentLogger, snapshotPayload } from "@jobber-sync/testing";
import { expect, it } from "vitest";
import { createJobberSync } from "../src/index.ts";

const SECRET = "a client secret of the test";

it("sync.stop closes the database after the deliveries that are being received have their responses", async () => {
  const order: string[] = [];
  const store = new EventEmitter();
  const records = createMemoryStore();
  const stored = once(store, "stored");
  const inbox = createMemoryInbox();
  const sync = createJobberSync({
    database: {
      inbox: {
        ...inbox,
        async accept(delivery) {
          await stored;
          return inbox.accept(delivery);
        },
      },
      store: records,
      changes: records.changes,
      tokens: createMemoryTokenStore(),
      lease: createMemoryLease(),
      cursors: createMemoryCursorStore(),
      close: () => void order.push("closed"),
    },
    tenants: [{ slug: "acme", secrets: SECRET }],
    logger: silentLogger,
  });
  const request = signedRequest(snapshotPayload("job.created"), SECRET);
  const received = sync.receiver.handle({ method: "POST", tenant: "acme", ...request });
  void received.then(({ status }) => order.push(`response ${status}`));
  const stopped = sync.stop();
  setImmediate(() => store.emit("stored"));
  await stopped;
  expect(order).toEqual(["response 200", "closed"]);
});
