import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  signPayload,
} from "@jobber-sync/core";
import { expect, it, vi } from "vitest";

it("without a logger of yours the console is told, and no empty object after the words", () => {
  const warned = vi.spyOn(console, "warn").mockReturnValue(undefined);
  createWorker({ inbox: createMemoryInbox(), store: createMemoryStore() });
  expect(warned.mock.calls).toEqual([
    [expect.stringMatching(/^jobber-sync: no source is configured/)],
  ]);
});

it("details follow the words", async () => {
  const failed = vi.spyOn(console, "error").mockReturnValue(undefined);
  const inbox = createMemoryInbox();
  vi.spyOn(inbox, "accept").mockRejectedValue(new Error("the disk is gone"));
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: "the OAuth client secret" }],
    inbox,
  });
  const body = new TextEncoder().encode('{"event":"job.created","data":{"id":"1"}}');
  const signature = signPayload(body, "the OAuth client secret");
  expect((await receiver.receive({ tenant: "acme", signature, body })).status).toBe(503);
  expect(failed.mock.calls).toEqual([
    [expect.stringMatching(/^jobber-sync: /), expect.objectContaining({ code: "ERR_STORE" })],
  ]);
});
