import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type SnapshotExtra,
  signPayload,
} from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it } from "vitest";

const SECRET = "the OAuth client secret";
const KEYS: SnapshotExtra = { job: ["custom_fields", "crew"], client: ["tags"] };

/** A backend that processes each delivery, inline or through an inbox and a worker. */
function open(mode: "inline" | "inbox", snapshotExtra: SnapshotExtra | undefined = KEYS) {
  const store = createMemoryStore();
  const shared = { tenants: [{ slug: "acme", secrets: SECRET }], logger: silentLogger };
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const inline = { ...shared, store, snapshotExtra };
  const receiver = createReceiver(mode === "inline" ? inline : { ...shared, inbox });
  const worker = createWorker({ ...shared, inbox, store, snapshotExtra });
  return {
    async send(event: string, data: object) {
      const body = new TextEncoder().encode(JSON.stringify({ event, data }));
      const signature = signPayload(body, SECRET);
      await receiver.receive({ tenant: "acme", signature, body });
      await worker.drain();
      const [job] = await store.jobs("acme");
      const [contact] = await store.contacts("acme");
      return { job: job?.extra, client: contact?.extra };
    },
  };
}

describe.each(["inline", "inbox"] as const)("snapshotExtra, %s", (mode) => {
  it("stores the listed keys of a job and of its client", async () => {
    const { send } = open(mode);
    const client = { id: "456", tags: ["vip"], loyalty: 3 };
    const data = { id: "123", client, custom_fields: { gate: "4711" }, crew: null, other: true };
    expect(await send("job.created", data)).toEqual({
      job: { custom_fields: { gate: "4711" }, crew: null },
      client: { tags: ["vip"] },
    });
    expect(await send("client.updated", { id: "456", tags: [] })).toMatchObject({
      client: { tags: [] },
    });
  });

  it("keeps the stored value for a snapshot with none of the keys", async () => {
    const { send } = open(mode);
    await send("job.created", { id: "123", crew: ["Ann"], client: { id: "456", tags: ["vip"] } });
    expect(await send("job.updated", { id: "123", client: { id: "456" } })).toEqual({
      job: { crew: ["Ann"] },
      client: { tags: ["vip"] },
    });
  });

  it("is nothing by default", async () => {
    const { send } = open(mode, {});
    expect(await send("job.created", { id: "123", extra: { a: 1 }, crew: 1 })).toMatchObject({
      job: null,
    });
  });

  it("must be lists of keys", () => {
    expect(() => open(mode, { job: "crew" } as never)).toThrow("snapshotExtra.job must be a list");
    expect(() => open(mode, { client: [""] })).toThrow(TypeError);
  });
});
