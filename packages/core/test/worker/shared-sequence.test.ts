import { createMemoryInbox, createMemoryStore, createWorker } from "@jobber-sync/core";
import { describe, expect, it, vi } from "vitest";

describe("worker: sequence of inbox and store", () => {
  it("does not start with an inbox that has a sequence of its own", async () => {
    const { worker, inbox, logger } = open({ isShared: false });
    worker.start();
    await vi.waitFor(() => expect(logger.error).toHaveBeenCalled());
    await worker.stop();
    expect(logger.error).toHaveBeenCalledWith(
      expect.objectContaining({ code: "ERR_STORE_SETTINGS" }),
      expect.stringMatching(/^worker not started: .* different sequences/),
    );
    expect(inbox.listen).not.toHaveBeenCalled();
  });

  it("does not drain an inbox that has a sequence of its own", async () => {
    const { worker } = open({ isShared: false });
    await expect(worker.drain()).rejects.toMatchObject({ code: "ERR_STORE_SETTINGS" });
  });

  it("finds a separate sequence that is ahead of the store's", async () => {
    const { worker, inbox } = open({ isShared: false });
    for (let draw = 0; draw < 100; draw += 1) await inbox.nextSequence();
    await expect(worker.drain()).rejects.toMatchObject({ code: "ERR_STORE_SETTINGS" });
  });

  it("starts once the store is available again", async () => {
    const { worker, inbox, store } = open({ isShared: true });
    vi.spyOn(store, "nextSequence").mockRejectedValueOnce(new Error("database is starting"));
    worker.start();
    await vi.waitFor(() => expect(inbox.listen).toHaveBeenCalled(), { timeout: 5000 });
    await worker.stop();
  });
});

function open({ isShared }: { readonly isShared: boolean }) {
  const store = createMemoryStore();
  const inbox = createMemoryInbox(isShared ? { nextSequence: () => store.nextSequence() } : {});
  vi.spyOn(inbox, "listen");
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  return { store, inbox, logger, worker: createWorker({ inbox, store, logger }) };
}
