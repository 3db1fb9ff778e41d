import type { DeliveryInfo } from "@jobber-sync/core";
import type { FieldSource, FieldSources } from "@jobber-sync/core/ports";
import type { InspectedSync } from "../inspected-sync.ts";
import { WINDOW } from "./find-deliveries.ts";

/** The record whose values are explained. */
export interface ExplainedRecord {
  readonly tenant: string;
  readonly type: "job" | "client";
  readonly id: string;
}

/** The delivery behind a value. */
export interface Explanation extends FieldSource {
  /** `null` when no delivery of this record brought the value: reconcile, or another record's. */
  readonly delivery: DeliveryInfo | null;
  /** Whether the delivery carried the value, or caused the fetch that did. */
  readonly by: "snapshot" | "fetch" | null;
}

const MAX_WRITES = 20;

/**
 * Returns the delivery behind each value of a record, by field: the snapshot that carried it, or
 * the last notification of the record before it was fetched. Empty for a store that keeps no
 * sources.
 */
export async function explainValues(
  { inbox, store }: Pick<InspectedSync, "inbox" | "store">,
  record: ExplainedRecord,
): Promise<ReadonlyMap<string, Explanation>> {
  const { tenant, type, id } = record;
  const sources: FieldSources = (await store.fieldSources?.(tenant, type, id)) ?? {};
  const writes = [...new Set(Object.values(sources).map(({ sequence }) => sequence))];
  const deliveries = new Map<number, Pick<Explanation, "delivery" | "by">>();
  for (const sequence of writes.slice(0, MAX_WRITES))
    deliveries.set(sequence, await deliveryBehind(inbox, record, sequence));
  return new Map(
    Object.entries(sources).map(([field, source]) => {
      const found = deliveries.get(source.sequence) ?? { delivery: null, by: null };
      return [field, { ...source, ...found }];
    }),
  );
}

async function deliveryBehind(
  inbox: InspectedSync["inbox"],
  { tenant, type, id }: ExplainedRecord,
  sequence: number,
): Promise<Pick<Explanation, "delivery" | "by">> {
  // A job's snapshot carries its client too, so the row's own object may be another one.
  const [own] = await inbox.list({ sequences: [sequence] });
  if (own?.tenant === tenant) return { delivery: own, by: "snapshot" };
  const [before] = await inbox.list({
    ...{ tenant, objectType: type, objectId: id },
    beforeSequence: sequence,
    afterSequence: Math.max(0, sequence - WINDOW),
    newestFirst: true,
    limit: 1,
  });
  return before === undefined ? { delivery: null, by: null } : { delivery: before, by: "fetch" };
}
