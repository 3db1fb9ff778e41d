import type { SyncReader } from "@jobber-sync/core";

/** The kinds of record that `GET /records/:clientSlug/:kind` serves. */
export const RECORD_KINDS = ["jobs", "contacts", "submissions"] as const;

/** A kind of record. */
export type RecordKind = (typeof RECORD_KINDS)[number];

/** Returns whether a URL segment is a kind of record. */
export function isRecordKind(text: unknown): text is RecordKind {
  return RECORD_KINDS.some((kind) => kind === text);
}

const PAGE = 1000;

/** Reads all of a tenant's records of one kind, page by page. */
export async function readRecords(
  reader: SyncReader,
  tenant: string,
  kind: RecordKind,
): Promise<readonly object[]> {
  const all: object[] = [];
  for (;;) {
    const page = await reader[kind](tenant, { limit: PAGE, offset: all.length });
    all.push(...page);
    if (page.length < PAGE) return all;
  }
}
