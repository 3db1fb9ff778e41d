import type { ContactRecord, Handlers, JobRecord } from "@jobber-sync/core";
import { beforeEach, describe, expect, it } from "vitest";
import { backend, found, notification, sourceOf } from "../support/worker-fixtures.ts";

interface Seen {
  readonly name: string;
  readonly job: JobRecord | null;
  readonly contact: ContactRecord | null;
}

let seen: Seen[] = [];

beforeEach(() => {
  seen = [];
});

const note = (name: string) => (context: Omit<Seen, "name">) =>
  void seen.push({ name, job: context.job, contact: context.contact });

const on: Handlers = {
  "job.created": note("job.created"),
  "job.updated": note("job.updated"),
  "job.deleted": note("job.deleted"),
  "client.updated": note("client.updated"),
  "app.disconnected": note("app.disconnected"),
  VISIT_UPDATE: note("VISIT_UPDATE"),
  PROPERTY_UPDATE: note("PROPERTY_UPDATE"),
};

describe("handlers receive the records as stored by their run", () => {
  it("the job and its client of a snapshot", async () => {
    const { send, worker, store } = backend({ on });
    const client = { id: "c", name: "John Doe" };
    await send({ event: "job.created", data: { id: "1", title: "Lawn Service", client } });
    await worker.drain();
    const [job, contact] = [await store.job("acme", "1"), await store.contact("acme", "c")];
    expect(seen).toEqual([{ name: "job.created", job, contact }]);
    expect([job?.title, contact?.name]).toEqual(["Lawn Service", "John Doe"]);
  });

  it("the stored job with fields of earlier writes, and no contact if none was stored", async () => {
    const { send, worker } = backend({ on });
    await send({ event: "job.created", data: { id: "1", title: "Lawn Service" } });
    await worker.drain();
    await send({ event: "job.updated", data: { id: "1", total: 12 } });
    await worker.drain();
    expect(seen[1]).toMatchObject({ job: { title: "Lawn Service", total: 12 }, contact: null });
  });

  it("the stored job, not older data that a late delivery carries", async () => {
    const { send, worker } = backend({ on });
    const data = { id: "1", title: "new", updated_at: "2026-01-25T09:00:00Z" };
    await send({ event: "job.updated", data });
    await send({
      event: "job.updated",
      data: { ...data, title: "old", updated_at: "2026-01-20T09:00:00Z" },
    });
    await worker.drain();
    expect(seen.map(({ job }) => job?.title)).toEqual(["new", "new"]);
  });

  it.each([
    ["JOB_UPDATE", "job.updated", "Hedge Trimming", "John Doe"],
    ["CLIENT_UPDATE", "client.updated", undefined, "John Doe"],
    ["VISIT_UPDATE", "VISIT_UPDATE", "Hedge Trimming", "John Doe"],
    ["PROPERTY_UPDATE", "PROPERTY_UPDATE", undefined, "John Doe"],
  ])("what %s has fetched", async (topic, name, title, client) => {
    const { source } = sourceOf(() => found("Mg==", "Hedge Trimming"));
    const { send, worker } = backend({ on, source });
    await send(notification(topic, "Mg=="));
    await worker.drain();
    expect(seen.map((one) => [one.name, one.job?.title, one.contact?.name])).toEqual([
      [name, title, client],
    ]);
  });

  it("a tombstone of a deleted job, and no records for an account", async () => {
    const { send, worker } = backend({ on });
    await send({ event: "job.deleted", data: { id: "1" } });
    await worker.drain();
    await send(notification("APP_DISCONNECT", "MQ=="));
    await worker.drain();
    expect(seen).toMatchObject([
      { name: "job.deleted", job: { jobberJobId: "1", deletedAt: "2026-01-25T10:00:00Z" } },
      { name: "app.disconnected", job: null, contact: null },
    ]);
  });
});
