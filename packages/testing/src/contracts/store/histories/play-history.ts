import { deepStrictEqual, strictEqual } from "node:assert/strict";
import { isDeepStrictEqual } from "node:util";
import type { SyncReader } from "@jobber-sync/core";
import {
  CONTACT_FIELDS,
  JOB_FIELDS,
  type SubmissionWrite,
  type SyncStore,
  type WriteOutcome,
} from "@jobber-sync/core/ports";
import {
  expectedFields,
  expectedRecords,
  isBefore,
  isWhole,
  writesTo,
} from "./expected-records.ts";
import type { History, HistoryObject, HistoryWrite } from "./history.ts";
import { syncChangeOf } from "./sync-change-of.ts";
import { checkChains, checkWritten, writtenObjects } from "./written-records.ts";

/**
 * Applies a history to a store and compares outcomes, records and submissions with the expected
 * ones.
 *
 * @param tenant a tenant without rows
 * @throws {AssertionError} at the first difference
 */
export async function playHistory(
  store: SyncStore & SyncReader,
  tenant: string,
  history: History,
): Promise<void> {
  const applied: HistoryWrite[] = [];
  const submissions = new Map<string, SubmissionWrite>();
  for (const [index, step] of history.entries()) {
    const change = syncChangeOf(tenant, step, index);
    const result = await store.apply(change);
    const results = writtenObjects(result);
    strictEqual(results.length, new Set(step.writes.map(({ kind, id }) => `${kind} ${id}`)).size);
    for (const { object, written } of results) {
      const before = writesTo(applied, object);
      const writes = writesTo(step.writes, object);
      checkOutcome(written.outcome, before, writes);
      checkWritten(tenant, object, { written, before, after: [...before, ...writes] });
    }
    const seen = submissions.has(step.deliveryKey);
    deepStrictEqual(
      result.submissions.map(({ deliveryKey, outcome }) => ({ deliveryKey, outcome })),
      [{ deliveryKey: step.deliveryKey, outcome: seen ? "unchanged" : "inserted" }],
    );
    for (const submission of change.submissions) {
      if (!seen) submissions.set(submission.deliveryKey, submission);
    }
    applied.push(...step.writes);
  }
  const expected = expectedRecords(tenant, applied);
  deepStrictEqual(await store.jobs(tenant), expected.jobs);
  deepStrictEqual(await store.contacts(tenant), expected.contacts);
  deepStrictEqual(await store.submissions(tenant), [...submissions.values()]);
}

/**
 * Applies all steps of a history concurrently and compares only the final records, because any
 * order is valid.
 */
export async function playHistoryAtOnce(
  store: SyncStore & SyncReader,
  tenant: string,
  history: History,
): Promise<void> {
  const results = await Promise.all(
    history.map((step, index) => store.apply(syncChangeOf(tenant, step, index))),
  );
  const expected = expectedRecords(
    tenant,
    history.flatMap(({ writes }) => writes),
  );
  deepStrictEqual(await store.jobs(tenant), expected.jobs);
  deepStrictEqual(await store.contacts(tenant), expected.contacts);
  const keys = new Set(history.map(({ deliveryKey }) => deliveryKey));
  const stored = (await store.submissions(tenant)).map(({ deliveryKey }) => deliveryKey);
  deepStrictEqual(stored.toSorted(), [...keys].sort());
  checkChains(results.flatMap(writtenObjects), [...expected.jobs, ...expected.contacts]);
}

function checkOutcome(
  outcome: WriteOutcome,
  before: readonly HistoryWrite[],
  writes: readonly HistoryWrite[],
): void {
  const { kind } = writes[0] as HistoryObject;
  const names = kind === "job" ? JOB_FIELDS : CONTACT_FIELDS;
  if (before.length === 0) {
    strictEqual(outcome, "inserted");
    return;
  }
  const { sourceUpdatedAt: _old, ...old } = expectedFields(before, names);
  const { sourceUpdatedAt: _new, ...now } = expectedFields([...before, ...writes], names);
  const changed = Object.keys(now).some((name) => !isDeepStrictEqual(now[name], old[name]));
  strictEqual(outcome === "updated", changed, `reported "${outcome}"`);
  if (changed) return;
  strictEqual(outcome === "unchanged" || outcome === "stale", true, `reported "${outcome}"`);
  // Fills and deletes do not move the record's position, so only whole writes determine the outcome
  // exactly.
  const [write] = writes;
  if (writes.length > 1 || write === undefined || !isWhole(write)) return;
  const older = before.some((other) => isWhole(other) && isBefore(write, other));
  strictEqual(outcome, older ? "stale" : "unchanged");
}
