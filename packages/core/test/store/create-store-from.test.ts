import type { ContactRecord, JobRecord, SubmissionRecord, SyncReader } from "@jobber-sync/core";
import {
  createStoreFrom,
  type RecordKey,
  type StoreBackend,
  type SyncStore,
  type UnnumberedChange,
  type VersionedRow,
} from "@jobber-sync/core/ports";
import { syncStoreContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";

type AnyRow = VersionedRow<ContactRecord> | VersionedRow<JobRecord>;

/** The tables of a database in memory. A transaction works on a copy of them. */
interface Tables {
  readonly rows: Map<string, AnyRow>;
  readonly submissions: Map<string, SubmissionRecord>;
  readonly changes: UnnumberedChange[];
}

/** A database whose transactions are serial: one waits for the end of the one before. */
function createBackend() {
  let tables: Tables = { rows: new Map(), submissions: new Map(), changes: [] };
  let last: Promise<unknown> = Promise.resolve();
  let sequence = 0;
  const keyOf = ({ type, tenant, id }: RecordKey) => JSON.stringify([type, tenant, id]);
  const backend: StoreBackend<Tables> = {
    nextSequence: async () => ++sequence,
    transaction(work) {
      const ended = last.then(async () => {
        const copy: Tables = {
          rows: new Map(tables.rows),
          submissions: new Map(tables.submissions),
          changes: [...tables.changes],
        };
        const result = await work(copy);
        tables = copy;
        return result;
      });
      last = ended.catch(() => {});
      return ended;
    },
    lockRow: async ({ rows }, key) => rows.get(keyOf(key)),
    async putRow({ rows }, { type, row }) {
      const { record } = row;
      const id = "jobberJobId" in record ? record.jobberJobId : record.jobberClientId;
      rows.set(keyOf({ type, tenant: record.tenant, id }), row);
    },
    async insertSubmission({ submissions }, submission) {
      // As a database would: it stores the payload as JSON, and requires a time.
      JSON.stringify(submission.payload);
      if (submission.createdAt === null) throw new Error("created_at is null");
      const key = JSON.stringify([submission.tenant, submission.deliveryKey]);
      if (submissions.has(key)) return false;
      submissions.set(key, submission);
      return true;
    },
    insertChange: async ({ changes }, change) => void changes.push(change),
  };
  return { backend, read: () => tables };
}

/** Reads the tables in place of the queries of an application. */
function createReader(read: () => Tables): SyncReader {
  const recordsOf = <R extends ContactRecord | JobRecord>(tenant: string, id: keyof R) =>
    [...read().rows.values()]
      .map(({ record }) => record as R)
      .filter((record) => record.tenant === tenant && isOf(record, id))
      .sort((a, b) => (String(a[id]) < String(b[id]) ? -1 : 1));
  const page = <R>(
    records: readonly R[],
    id: keyof R,
    { limit = 1000, offset = 0, ids, afterId = "" }: Parameters<SyncReader["jobs"]>[1] = {},
  ) =>
    records
      .filter((record) => ids?.includes(String(record[id])) ?? true)
      .filter((record) => String(record[id]) > afterId)
      .slice(offset, offset + limit);
  const jobs = (tenant: string) => recordsOf<JobRecord>(tenant, "jobberJobId");
  const contacts = (tenant: string) => recordsOf<ContactRecord>(tenant, "jobberClientId");
  return {
    job: async (tenant, id) => jobs(tenant).find((job) => job.jobberJobId === id) ?? null,
    contact: async (tenant, id) =>
      contacts(tenant).find((contact) => contact.jobberClientId === id) ?? null,
    jobs: async (tenant, options) => page(jobs(tenant), "jobberJobId", options),
    contacts: async (tenant, options) => page(contacts(tenant), "jobberClientId", options),
    submissions: async (tenant, { limit = 1000, offset = 0 } = {}) =>
      [...read().submissions.values()]
        .filter((submission) => submission.tenant === tenant)
        .slice(offset, offset + limit),
  };
}

function isOf(record: object, id: PropertyKey): boolean {
  return id === "jobberJobId" ? "jobberJobId" in record : !("jobberJobId" in record);
}

function openStore(): SyncStore & SyncReader {
  const { backend, read } = createBackend();
  return { ...createStoreFrom(backend), ...createReader(read) };
}

syncStoreContract({
  describe,
  it,
  histories: 50,
  open: () => ({ store: openStore(), close() {} }),
});

describe("createStoreFrom", () => {
  const write = (title: string, sequence: number) => ({
    contacts: [],
    jobs: [
      {
        tenant: "acme",
        jobberJobId: "1",
        mode: "replace" as const,
        fields: { title },
        sourceUpdatedAt: null,
        sequence,
      },
    ],
    submissions: [],
    cause: "reconcile" as const,
  });

  it("inserts a change per changed record in the transaction of the record", async () => {
    const { backend, read } = createBackend();
    const store = createStoreFrom(backend);
    for (const [index, title] of ["A", "B", "B"].entries())
      await store.apply(write(title, index + 1));
    expect(read().changes).toMatchObject([
      { before: null, after: { title: "A" }, changed: ["title"], cause: "reconcile" },
      { before: { title: "A" }, after: { title: "B" }, changed: ["title"], ref: null },
    ]);
  });

  it("writes nothing if the change cannot be inserted", async () => {
    const { backend, read } = createBackend();
    const insertChange = () => Promise.reject(new Error("the disk is full"));
    const store = createStoreFrom({ ...backend, insertChange });
    await expect(store.apply(write("A", 1))).rejects.toThrow("the disk is full");
    expect(read().rows.size).toBe(0);
  });
});
