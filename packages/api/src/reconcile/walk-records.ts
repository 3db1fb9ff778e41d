import { type Instant, toInstant } from "@jobber-sync/core";
import type { ContactWrite, JobWrite, SyncResult } from "@jobber-sync/core/ports";
import { CLIENTS_PAGE_DOCUMENT } from "../documents/clients-page-document.ts";
import { JOBS_PAGE_DOCUMENT } from "../documents/jobs-page-document.ts";
import type { PageData } from "../documents/page.ts";
import { mapClient } from "../mapping/map-client.ts";
import { mapJob } from "../mapping/map-job.ts";
import { checkPage, createCursorCheck } from "../pages/check-page.ts";
import type { ReconcileContext, ReconcileCounts } from "./reconcile-context.ts";
import { RESERVED_POINTS, withRateLimitRetry } from "./with-rate-limit-retry.ts";

/** What a walk over the records of one kind found. */
export interface Walk {
  readonly ids: ReadonlySet<string>;
  /** The latest `updatedAt` of all; `null` when there was no record. By Jobber's clock: ours may be off. */
  readonly newest: Instant | null;
}

// A page of 50 asks for about 1,000 points: a tenth of the bucket.
const PAGE = 50;
// Lists lag behind writes by seconds (F2.3), and a list that changes while it is read may show a record twice or not at all.
const OVERLAP_MS = 10 * 60_000;

/** Reads clients changed since `cursor` (`null`: all) and writes them. */
export async function walkClients(
  context: ReconcileContext,
  cursor: Instant | null,
  counts: ReconcileCounts,
): Promise<Walk> {
  const since = withOverlap(cursor);
  const filter = since === null ? {} : { updatedAt: { after: since } };
  return walk(context, counts, async (after) => {
    const variables = { first: PAGE, after, filter };
    const options = { signal: context.signal, reservedPoints: RESERVED_POINTS };
    const { clients } = await context.api.request(
      context.tenant,
      CLIENTS_PAGE_DOCUMENT,
      variables,
      options,
    );
    const page = checkPage(clients, "clients");
    const found = page.nodes.map((node) => mapClient(node));
    return {
      page,
      ids: found.map(({ jobberClientId }) => jobberClientId),
      times: found.map(({ sourceUpdatedAt }) => sourceUpdatedAt),
      write: async (sequence) => {
        const writes = found.map(
          (client): ContactWrite => ({
            tenant: context.tenant,
            mode: "replace",
            sequence,
            ...client,
          }),
        );
        const { contacts } = await context.store.apply({
          contacts: writes,
          jobs: [],
          submissions: [],
        });
        return contacts;
      },
    };
  });
}

/** Reads jobs, the last changed first, until they are older than `cursor` (`null`: all), and writes them. */
export async function walkJobs(
  context: ReconcileContext,
  cursor: Instant | null,
  counts: ReconcileCounts,
): Promise<Walk> {
  const since = withOverlap(cursor);
  return walk(context, counts, async (after) => {
    const options = { signal: context.signal, reservedPoints: RESERVED_POINTS };
    const variables = { first: PAGE, after };
    const { jobs } = await context.api.request(
      context.tenant,
      JOBS_PAGE_DOCUMENT,
      variables,
      options,
    );
    const page = checkPage(jobs, "jobs");
    const found = page.nodes.map((node) => mapJob(node, context.statusOverrides));
    const times = found.map(({ sourceUpdatedAt }) => sourceUpdatedAt);
    const old =
      since !== null && times.some((time) => time !== null && Date.parse(time) < Date.parse(since));
    return {
      page: old ? { ...page, pageInfo: { endCursor: null, hasNextPage: false } } : page,
      ids: found.map(({ jobberJobId }) => jobberJobId),
      times,
      write: async (sequence) => {
        const writes = found.map(
          (job): JobWrite => ({ tenant: context.tenant, mode: "replace", sequence, ...job }),
        );
        const result = await context.store.apply({ contacts: [], jobs: writes, submissions: [] });
        return result.jobs;
      },
    };
  });
}

interface ReadPage {
  readonly page: PageData<unknown>;
  readonly ids: readonly string[];
  readonly times: readonly (Instant | null)[];
  readonly write: (sequence: number) => Promise<SyncResult["jobs"] | SyncResult["contacts"]>;
}

async function walk(
  context: ReconcileContext,
  counts: ReconcileCounts,
  read: (after: string | null) => Promise<ReadPage>,
): Promise<Walk> {
  const ids = new Set<string>();
  let newest: Instant | null = null;
  const cursors = createCursorCheck("page");
  for (let after: string | null = null; ; ) {
    // Before the page is read: what is read is at least as new as this number.
    const sequence = await context.store.nextSequence();
    const from: string | null = after;
    const { page, write, ...found } = await withRateLimitRetry(context, () => read(from));
    for (const { outcome } of found.ids.length === 0 ? [] : await write(sequence)) {
      if (outcome === "inserted") counts.inserted += 1;
      if (outcome === "updated") counts.updated += 1;
    }
    for (const id of found.ids) ids.add(id);
    for (const time of found.times) newest = later(newest, time);
    counts.seen = ids.size;
    if (!page.pageInfo.hasNextPage) return { ids, newest };
    after = cursors.next(page);
  }
}

/** The later of two times. */
export function later(a: Instant | null, b: Instant | null): Instant | null {
  if (a === null || b === null) return a ?? b;
  return Date.parse(a) < Date.parse(b) ? b : a;
}

function withOverlap(cursor: Instant | null): Instant | null {
  return cursor === null ? null : toInstant(Date.parse(cursor) - OVERLAP_MS);
}
