import type { PageData } from "../documents/page.ts";
import { unexpected } from "../mapping/read-values.ts";

/** Checks the shape of a page. @throws {JobberSyncError} `ERR_API_RESPONSE` */
export function checkPage<Node>(
  page: PageData<Node> | null | undefined,
  path: string,
): PageData<Node> {
  if (!Array.isArray(page?.nodes) || typeof page.pageInfo?.hasNextPage !== "boolean")
    throw unexpected(path);
  return page;
}

/** Follows the cursors of one walk. */
export interface CursorCheck {
  /**
   * Returns the cursor of the next page.
   *
   * @throws {JobberSyncError} `ERR_API_RESPONSE` for a cursor that is missing or was used before:
   * the walk would never end
   */
  next(page: PageData<unknown>): string;
}

/** Creates the check for one walk. */
export function createCursorCheck(path: string): CursorCheck {
  const used = new Set<string>();
  return {
    next({ nodes, pageInfo: { endCursor } }) {
      if (typeof endCursor !== "string" || nodes.length === 0 || used.has(endCursor))
        throw unexpected(`${path}.pageInfo.endCursor`);
      used.add(endCursor);
      return endCursor;
    },
  };
}
