import type { SyncReader } from "@jobber-sync/core";

/** What `GET /records/:clientSlug/:kind` can show. */
export const RECORD_KINDS = ["jobs", "contacts", "submissions"] as const;

export type RecordKind = (typeof RECORD_KINDS)[number];

/** Whether the last part of the URL names something that can be shown. */
export function isRecordKind(text: unknown): text is RecordKind {
  return RECORD_KINDS.some((kind) => kind === text);
}

const PAGE = 1000;

/** All of a tenant's records of one kind. Reads them page by page, since a reader gives no more than it is asked for. */
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
