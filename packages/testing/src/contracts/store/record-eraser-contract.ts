import assert from "node:assert/strict";
import type { SyncReader } from "@jobber-sync/core";
import type { RecordEraser, SyncChange, SyncStore } from "@jobber-sync/core/ports";
import type { ContractRunner } from "./contract-runner.ts";

type ErasableStore = SyncStore & SyncReader & RecordEraser;

/** Options for `recordEraserContract`. */
export interface RecordEraserContractOptions extends ContractRunner {
  /** Opens a store without rows. Closed after each test. */
  readonly open: () =>
    | { readonly store: ErasableStore; close(): void | Promise<void> }
    | Promise<{ readonly store: ErasableStore; close(): void | Promise<void> }>;
}

const ERASED_AT = "2026-02-01T00:00:00Z";
const PERSON = { name: "John Doe", email: "john@example.com", street: "1 Oak St", extra: { a: 1 } };
const JOB = {
  title: "John's lawn",
  instructions: "key under the mat",
  street: "1 Oak St",
  total: 9,
};

/** Defines a test for every rule of `RecordEraser`. Asserts with `node:assert`. */
export function recordEraserContract({ describe, it, open }: RecordEraserContractOptions): void {
  const rule = (name: string, check: (store: ErasableStore) => Promise<void>) =>
    it(name, async () => {
      const { store, close } = await open();
      try {
        await fill(store);
        await check(store);
      } finally {
        await close();
      }
    });

  describe("store: erase", () => {
    rule("a client loses every field, and its id and a tombstone stay", async (store) => {
      const erased = await store.erase(client("c1"));
      assert.deepEqual(erased, { contacts: ["c1"], jobs: ["j1"], submissions: 2 });
      const contact = await store.contact("acme", "c1");
      assert.ok(contact);
      const { tenant, jobberClientId, deletedAt, sourceUpdatedAt, ...fields } = contact;
      assert.deepEqual([tenant, jobberClientId, deletedAt], ["acme", "c1", ERASED_AT]);
      assert.equal(sourceUpdatedAt, "2026-01-01T00:00:00Z");
      assert.deepEqual(valuesOf(fields), []);
    });

    rule("the client's jobs lose what describes the client, and nothing else", async (store) => {
      await store.erase(client("c1"));
      const job = await store.job("acme", "j1");
      assert.ok(job);
      assert.deepEqual(valuesOf(job), ["acme", "j1", "c1", "2026-01-01T00:00:00Z", "scheduled", 9]);
      const other = await store.job("acme", "j2");
      assert.deepEqual([other?.title, other?.street], [JOB.title, JOB.street]);
      assert.equal((await store.contact("globex", "c1"))?.name, PERSON.name);
    });

    rule("no later write changes an erased client, not even a revival", async (store) => {
      await store.erase(client("c1"));
      const before = await store.contact("acme", "c1");
      for (const revive of [false, true]) {
        const later = changeOf({ sequence: 1000, time: "2030-01-01T00:00:00Z" });
        const [write] = later.contacts;
        assert.ok(write && write.mode !== "delete");
        await store.apply({ ...later, contacts: [{ ...write, revive }], submissions: [] });
      }
      assert.deepEqual(await store.contact("acme", "c1"), before);
      const job = await store.job("acme", "j1");
      assert.deepEqual([job?.title, job?.street, job?.status], [null, null, "completed"]);
    });

    rule("a client that is not stored is sealed, too", async (store) => {
      await store.erase(client("new"));
      const change = changeOf({ sequence: 1000, clientId: "new", jobId: "j9" });
      await store.apply({ ...change, jobs: [], submissions: [] });
      const contact = await store.contact("acme", "new");
      assert.deepEqual([contact?.name, contact?.deletedAt], [null, ERASED_AT]);
    });

    rule("submissions keep their event and ids; others are found by their keys", async (store) => {
      await store.erase({ ...client("c1"), deliveryKeys: ["key of j2"] });
      const payloads = (await store.submissions("acme")).map(({ payload }) => valuesOf(payload));
      assert.deepEqual(payloads, [
        ["job.created", "j1", "scheduled"],
        ["client.created", "c1"],
        ["job.created", "j2", "scheduled"],
        ["client.created", "c2", "John Doe"],
      ]);
    });

    rule("a tenant loses everything but ids and tombstones", async (store) => {
      const erased = await store.erase({ tenant: "acme", deletedAt: ERASED_AT });
      assert.deepEqual(erased, { contacts: ["c1", "c2"], jobs: ["j1", "j2"], submissions: 4 });
      assert.deepEqual((await store.contacts("acme")).map(valuesOf), [
        ["acme", "c1", ERASED_AT],
        ["acme", "c2", ERASED_AT],
      ]);
      assert.deepEqual((await store.jobs("acme")).map(valuesOf), [
        ["acme", "j1", "c1", ERASED_AT],
        ["acme", "j2", "c2", ERASED_AT],
      ]);
      assert.equal((await store.contact("globex", "c1"))?.name, PERSON.name);
    });

    rule("an erased tenant can be imported again, also from older data", async (store) => {
      await store.erase({ tenant: "acme", deletedAt: ERASED_AT });
      const change = changeOf({ sequence: 1000, time: "2020-01-01T00:00:00Z" });
      const [write] = change.contacts;
      assert.ok(write && write.mode !== "delete");
      await store.apply({ ...change, contacts: [{ ...write, revive: true }], submissions: [] });
      const contact = await store.contact("acme", "c1");
      assert.deepEqual([contact?.name, contact?.deletedAt], ["John Doe", null]);
      assert.equal((await store.job("acme", "j1"))?.title, JOB.title);
    });

    rule("erasing again changes nothing", async (store) => {
      await store.erase(client("c1"));
      const before = [await store.contacts("acme"), await store.jobs("acme")];
      await store.erase({ ...client("c1"), deletedAt: "2026-03-01T00:00:00Z" });
      assert.deepEqual([await store.contacts("acme"), await store.jobs("acme")], before);
    });
  });
}

function client(jobberClientId: string) {
  return { tenant: "acme", jobberClientId, deletedAt: ERASED_AT };
}

async function fill(store: ErasableStore): Promise<void> {
  await store.apply(changeOf({ sequence: await store.nextSequence() }));
  await store.apply(
    changeOf({ sequence: await store.nextSequence(), clientId: "c2", jobId: "j2" }),
  );
  await store.apply(changeOf({ sequence: await store.nextSequence(), tenant: "globex" }));
}

function changeOf({
  tenant = "acme",
  clientId = "c1",
  jobId = "j1",
  sequence,
  time = "2026-01-01T00:00:00Z",
}: {
  readonly tenant?: string;
  readonly clientId?: string;
  readonly jobId?: string;
  readonly sequence: number;
  readonly time?: string;
}): SyncChange {
  const position = { tenant, mode: "replace", sourceUpdatedAt: time, sequence } as const;
  const status = sequence < 1000 ? "scheduled" : "completed";
  const fields = { ...JOB, status, jobberClientId: clientId } as const;
  const submission = { tenant, channel: "jobber", createdAt: time } as const;
  const person = {
    client_name: PERSON.name,
    client_email: null,
    client_phone: null,
    address: null,
  };
  const scheduled = { title: JOB.title, status: "scheduled", scheduled_at: null };
  return {
    contacts: [{ ...position, jobberClientId: clientId, fields: PERSON }],
    jobs: [{ ...position, jobberJobId: jobId, fields }],
    submissions: [
      {
        ...submission,
        deliveryKey: `key of ${jobId}`,
        payload: { event: "job.created", jobber_job_id: jobId, ...scheduled, ...person },
      },
      {
        ...submission,
        deliveryKey: `key of ${clientId}`,
        payload: { event: "client.created", jobber_client_id: clientId, ...person },
      },
    ],
  };
}

/** The values of a record that are not `null`, by the order of a fixed list of names. */
function valuesOf(record: object): readonly unknown[] {
  const order = [
    "tenant",
    "event",
    "jobberJobId",
    "jobber_job_id",
    "jobberClientId",
    "jobber_client_id",
  ];
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length);
  return Object.entries(record)
    .filter(([, value]) => value !== null)
    .sort(([a], [b]) => rank(a) - rank(b) || (a < b ? -1 : 1))
    .map(([, value]) => value);
}
