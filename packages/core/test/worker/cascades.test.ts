import type { FetchedRecords } from "@jobber-sync/core/ports";
import { fetchedClient, fetchedJob } from "@jobber-sync/testing";
import { expect, it } from "vitest";
import { backend, notification, sourceOf } from "../support/worker-fixtures.ts";

// Visits, properties and clients cascade to jobs without a webhook of the job.

it("worker: a destroyed visit calls its handler, and its job is read again", async () => {
  const t = open();
  await t.send(notification("VISIT_UPDATE", "visit"));
  await t.elapse(60);
  t.clear();
  t.scheduled = null;
  await t.send(notification("VISIT_DESTROY", "visit"));
  await t.elapse(120);
  expect(t.handled).toEqual(["VISIT_DESTROY"]);
  expect(t.fetched).toEqual(["0 job job", "15 job job"]);
  expect((await t.store.jobs("acme"))[0]?.scheduledAt).toBeNull();
});

it("worker: a destroyed visit that was never fetched is asked for", async () => {
  const t = open();
  t.gone.add("visit");
  await t.send(notification("VISIT_DESTROY", "visit"));
  await t.elapse(120);
  expect(t.handled).toEqual(["VISIT_DESTROY"]);
  expect(t.fetched).toEqual(["0 visit visit"]);
});

it("worker: a destroyed property calls its handler, and its client and jobs are read again", async () => {
  const t = open();
  await t.send(notification("PROPERTY_UPDATE", "property"));
  await t.elapse(60);
  t.clear();
  for (const id of ["property", "job"]) t.gone.add(id);
  await t.send(notification("PROPERTY_DESTROY", "property"));
  await t.elapse(120);
  expect(t.handled).toEqual(["PROPERTY_DESTROY"]);
  expect(t.fetched.slice(0, 2)).toEqual(["0 client client", "0 job job"]);
  expect((await t.store.jobs("acme"))[0]?.deletedAt).not.toBeNull();
  expect((await t.store.contacts("acme"))[0]?.deletedAt).toBeNull();
});

it("worker: a destroyed client is deleted, and its jobs are read again", async () => {
  const t = open();
  await t.send(notification("JOB_UPDATE", "job"));
  await t.elapse(60);
  t.clear();
  for (const id of ["client", "job"]) t.gone.add(id);
  await t.send(notification("CLIENT_DESTROY", "client"));
  await t.elapse(120);
  expect(t.handled).toEqual(["CLIENT_DESTROY"]);
  expect(t.fetched.slice(0, 2)).toEqual(["0 client client", "0 job job"]);
  expect((await t.store.contacts("acme"))[0]?.deletedAt).not.toBeNull();
  expect((await t.store.jobs("acme"))[0]?.deletedAt).not.toBeNull();
});

/** A job of a property of a client, with a visit. */
function open() {
  const fetched: string[] = [];
  const handled: string[] = [];
  const gone = new Set<string>();
  const sourceUpdatedAt = "2026-02-01T00:00:00Z";
  const { source } = sourceOf((type, id) => {
    if (type === "account") return { jobs: [], contacts: [] };
    fetched.push(`${(b.clock.now - started) / 1000} ${type} ${id}`);
    if (gone.has(id)) return null;
    const ids = { jobberClientId: "client", jobberPropertyId: "property" };
    const job = fetchedJob("job", { sourceUpdatedAt, scheduledAt: t.scheduled, ...ids });
    const contacts = [fetchedClient("client", { sourceUpdatedAt, name: "John Doe" })];
    const records: FetchedRecords = { jobs: type === "client" ? [] : [job], contacts };
    return records;
  });
  const note = ({ event }: { readonly event: { readonly topic: string } }) =>
    void handled.push(event.topic);
  const on = { VISIT_DESTROY: note, PROPERTY_DESTROY: note, CLIENT_DESTROY: note };
  const b = backend({ source, on });
  let started = b.clock.now;
  const t = {
    ...b,
    fetched,
    handled,
    gone,
    scheduled: "2026-02-01T10:00:00Z" as string | null,
    clear() {
      fetched.length = 0;
      started = b.clock.now;
    },
    /** Lets the time pass second by second, with a worker. */
    async elapse(seconds: number) {
      await b.worker.drain();
      for (let second = 0; second < seconds; second += 1) {
        b.clock.now += 1000;
        await b.worker.drain();
      }
    },
  };
  return t;
}
