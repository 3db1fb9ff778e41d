import { JobberSyncError } from "@jobber-sync/core";
import { checkPage } from "../pages/check-page.ts";
import { fetchReadable } from "./fetch-readable.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import { pageQueries, type ReadRecord } from "./record-type.ts";
import {
  MAX_PAGE,
  type PagePosition,
  type ReadPage,
  reasonOf,
  requestPage,
  type UnreadableNode,
} from "./request-page.ts";
import { isFault, withFaultRetry } from "./with-fault-retry.ts";
import { RESERVED_POINTS } from "./with-rate-limit-retry.ts";

const TRIES = 3;
const FIRST_PAUSE_MS = 1000;
const MAX_PAUSE_MS = 30_000;
// More unreadable records than this, and than half of the page, are not the records' fault.
const MAX_UNREADABLE = 5;

/**
 * Reads a page. A failed page is retried, then halved; a single record that fails, or that cannot
 * be mapped, is fetched by its id. So a record that Jobber cannot serve does not end the walk,
 * while an outage does after about ten requests.
 *
 * @throws {JobberSyncError} `ERR_API_…` when Jobber is down, or the tenant's connection does not
 * work
 */
export async function readPage(
  context: ReconcileContext,
  position: PagePosition,
): Promise<ReadPage> {
  let pauseMs = FIRST_PAUSE_MS;
  for (let size: number = MAX_PAGE.most, tries = 1; ; tries++) {
    try {
      return await fetchUnreadable(context, position, await requestPage(context, position, size));
    } catch (error) {
      if (!isFault(error)) throw error;
      if (tries >= TRIES && size === 1) return fetchSingle(context, position, error);
      if (tries >= TRIES) size = Math.floor(size / 2);
      await context.sleep(pauseMs, context.signal);
      pauseMs = Math.min(MAX_PAUSE_MS, pauseMs * 2);
    }
  }
}

/**
 * Fetches the records of a page that could not be read from it. Those that fail again stay listed.
 */
async function fetchUnreadable(
  context: ReconcileContext,
  position: PagePosition,
  read: ReadPage,
): Promise<ReadPage> {
  if (read.unreadable.length === 0) return read;
  if (read.unreadable.length > Math.max(MAX_UNREADABLE, read.page.nodes.length / 2)) {
    throw new JobberSyncError(
      "ERR_API_VERSION",
      `${read.unreadable.length} of ${read.page.nodes.length} records on a page are unreadable, the first because: ${read.unreadable[0]?.reason}`,
    );
  }
  const ids = read.unreadable.some(({ id }) => id === null)
    ? (await readIds(context, position, read.page.nodes.length)).ids
    : [];
  const records: ReadRecord[] = [...read.records];
  const unreadable: UnreadableNode[] = [];
  for (const node of read.unreadable) {
    const id = node.id ?? ids[node.index] ?? null;
    const record = id === null ? node.reason : await fetchReadable(context, position.type, id);
    if (typeof record === "string") unreadable.push({ ...node, id, reason: record });
    else if (record !== null) records.push(record);
  }
  return { ...read, records, unreadable };
}

/** Reads a page of one record whose page query fails, by its id. */
async function fetchSingle(
  context: ReconcileContext,
  position: PagePosition,
  pageError: unknown,
): Promise<ReadPage> {
  const { ids, page } = await readIds(context, position, 1);
  const read: ReadPage = { records: [], unreadable: [], page, serverTime: null };
  if (page.nodes.length === 0) return read;
  const id = ids[0] ?? null;
  const record =
    id === null ? reasonOf(pageError) : await fetchReadable(context, position.type, id);
  if (typeof record === "string")
    return { ...read, unreadable: [{ index: 0, id, reason: record }] };
  return record === null ? read : { ...read, records: [record] };
}

async function readIds(context: ReconcileContext, position: PagePosition, first: number) {
  const { api, tenant, signal } = context;
  const { type, after, since } = position;
  const { ids: document, variablesOf, field } = pageQueries(type);
  const variables = variablesOf({ first, after, since });
  const options = { signal, reservedPoints: RESERVED_POINTS };
  const data = await withFaultRetry(context, () =>
    api.request(tenant, document, variables, options),
  );
  const page = checkPage(data[field], field);
  const found = page.nodes.map((node) => (node as { readonly id?: unknown } | null)?.id);
  return { page, ids: found.map((id) => (typeof id === "string" ? id : null)) };
}
