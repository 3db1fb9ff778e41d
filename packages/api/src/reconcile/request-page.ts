import { type Instant, isJobberSyncError } from "@jobber-sync/core";
import type { PageData } from "../documents/page.ts";
import { askWithExtra } from "../extra/ask-with-extra.ts";
import { pageSize } from "../limits/query-cost.ts";
import { clampTime } from "../mapping/clamp-time.ts";
import { unexpected } from "../mapping/read-values.ts";
import { checkPage } from "../pages/check-page.ts";
import type { RequestOptions, ResponseInfo } from "../request.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import type { RecordType } from "./reconcile-report.ts";
import { mapNode, pageQueries, type ReadRecord } from "./record-type.ts";
import { isFault } from "./with-fault-retry.ts";
import { RESERVED_POINTS, withRateLimitRetry } from "./with-rate-limit-retry.ts";

/** The position of a page in a walk. */
export interface PagePosition {
  readonly type: RecordType;
  /** The cursor of the previous page; `null` for the first one. */
  readonly after: string | null;
  /** Only records changed since then; `null` for all. Jobs cannot be filtered by it. */
  readonly since: Instant | null;
}

/** A record of a page that could not be read. */
export interface UnreadableNode {
  /** Its index in the page. */
  readonly index: number;
  /** `null` when not even the id could be read. */
  readonly id: string | null;
  /** Why, without values of the record. */
  readonly reason: string;
}

/** A page whose readable records have been mapped. */
export interface ReadPage {
  readonly records: readonly ReadRecord[];
  readonly unreadable: readonly UnreadableNode[];
  readonly page: PageData<unknown>;
  /** Jobber's clock. Milliseconds since 1970; `null` when unknown. */
  readonly serverTime: number | null;
}

/** The largest page: a quarter of the bucket, of which half stays free for webhooks. */
export const MAX_PAGE = { most: 50, points: 2500 } as const;

/** Returns the error's own message, which names paths and never values. */
export function reasonOf(error: unknown): string {
  return isJobberSyncError(error) ? error.message : "unknown";
}

/**
 * Requests one page and maps its records. Records that cannot be read are listed, not thrown.
 *
 * @throws {JobberSyncError} `ERR_API_…` when the page as a whole fails
 */
export async function requestPage(
  context: ReconcileContext,
  position: PagePosition,
  first: number,
): Promise<ReadPage> {
  const { api, tenant, signal, extra } = context;
  const { type, after, since } = position;
  const { recordsOf, variablesOf, field } = pageQueries(type);
  let info: ResponseInfo = { serverTime: null, errorPaths: [] };
  const options: RequestOptions = {
    signal,
    reservedPoints: RESERVED_POINTS,
    allowPartial: true,
    onResponse: (received) => {
      info = received;
    },
  };
  const data = await askWithExtra(extra, {
    tenant,
    types: [type],
    documentOf: recordsOf,
    send: (document) => {
      const size = Math.min(first, pageSize(document, MAX_PAGE));
      const variables = variablesOf({ first: size, after, since });
      return withRateLimitRetry(context, () => api.request(tenant, document, variables, options));
    },
  });
  const page = checkPage(data[field], field);
  const failed = failedNodes(info.errorPaths, field);
  const records: ReadRecord[] = [];
  const unreadable: UnreadableNode[] = [];
  for (const [index, node] of page.nodes.entries()) {
    try {
      if (failed.has(index)) throw unexpected(`${field}.nodes.${index}`);
      records.push(clamped(mapNode(type, node, context), info.serverTime));
    } catch (error) {
      if (!isFault(error)) throw error;
      unreadable.push({ index, id: idOf(node), reason: reasonOf(error) });
    }
  }
  return { records, unreadable, page, serverTime: info.serverTime };
}

/** Returns the indexes of failed nodes. @throws {JobberSyncError} when more than nodes failed */
function failedNodes(paths: ResponseInfo["errorPaths"], field: string): ReadonlySet<number> {
  return new Set(
    paths.map(([root, nodes, index]) => {
      if (root === field && nodes === "nodes" && typeof index === "number") return index;
      throw unexpected(field);
    }),
  );
}

function clamped(read: ReadRecord, serverTime: number | null): ReadRecord {
  return read.type === "client"
    ? { ...read, record: clampTime(read.record, serverTime) }
    : { ...read, record: clampTime(read.record, serverTime) };
}

function idOf(node: unknown): string | null {
  return typeof node === "object" && node !== null && "id" in node && typeof node.id === "string"
    ? node.id
    : null;
}
