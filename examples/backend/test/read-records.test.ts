import { createMemoryStore, toInstant } from "@jobber-sync/core";
import { expect, test } from "vitest";
import { isRecordKind, readRecords } from "../src/read-records.ts";

test("all records are read, however many there are", async () => {
  const store = createMemoryStore();
  const ids = Array.from({ length: 2500 }, (_, index) => String(10_000 + index));
  await store.apply({
    jobs: [],
    contacts: ids.map((jobberClientId) => ({
      tenant: "acme",
      jobberClientId,
      mode: "replace",
      fields: {},
      sourceUpdatedAt: toInstant(0),
      sequence: 1,
    })),
    submissions: [],
  });
  const records = await readRecords(store, "acme", "contacts");
  expect(records.map((record) => "jobberClientId" in record && record.jobberClientId)).toEqual(ids);
  expect(await readRecords(store, "globex", "contacts")).toEqual([]);
});

test("only the three kinds are", () => {
  expect(["jobs", "contacts", "submissions"].every(isRecordKind)).toBe(true);
  expect(["job", "constructor", "", undefined, null].some(isRecordKind)).toBe(false);
});
