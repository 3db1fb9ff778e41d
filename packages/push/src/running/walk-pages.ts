import { JobberSyncError } from "@jobber-sync/core";
import type { Ask } from "./ask.ts";

const PAGE = 50;

interface Page {
  readonly nodes: readonly unknown[];
  readonly pageInfo: { readonly endCursor: string | null; readonly hasNextPage: boolean };
}

type PageData = Readonly<Record<string, Readonly<Record<string, Page | undefined>> | null>>;

/**
 * Reads every page of a connection; an empty list when its parent does not exist.
 *
 * @throws {JobberSyncError} `ERR_API_RESPONSE` when a cursor repeats
 */
export async function walkPages<Node>(
  ask: Ask,
  document: string,
  variables: object,
  pageOf: (data: PageData) => Page | undefined,
): Promise<readonly Node[]> {
  const nodes: Node[] = [];
  const cursors = new Set<string>();
  for (let after: string | null = null; ; ) {
    const data: PageData = await ask<PageData>(document, { ...variables, first: PAGE, after });
    const page = pageOf(data);
    if (page === undefined) return nodes;
    nodes.push(...(page.nodes as readonly Node[]));
    const { hasNextPage, endCursor } = page.pageInfo;
    if (!hasNextPage) return nodes;
    if (endCursor === null || cursors.has(endCursor))
      throw new JobberSyncError("ERR_API_RESPONSE", "Jobber's list repeats a page.");
    cursors.add(endCursor);
    after = endCursor;
  }
}
