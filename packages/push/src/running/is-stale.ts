import type { Intent } from "@jobber-sync/core";
import type { PushObjectType } from "../documents/nodes.ts";
import { SAME } from "../fields/views.ts";

/** Replicas lag by up to this much behind a write. Milliseconds. */
const LAG_MS = 60_000;

/** The values that Jobber returned for a pushed change, as `Intent.detail` keeps them. */
export interface PushedDetail {
  readonly values: Readonly<Record<string, unknown>>;
  /** Jobber's time of the change; `null` for objects without one. */
  readonly updatedAt: string | null;
}

/**
 * Returns whether a read may be older than the object's own last push. A later `updatedAt` proves
 * that it is not. Without that proof, a read that differs from what the push returned counts as
 * stale for the time that replicas can lag. Pure.
 *
 * @param read `null` when Jobber did not find the object
 */
export function isStale(
  type: PushObjectType,
  read: { readonly view: object; readonly updatedAt: string | null } | null,
  last: Intent | null,
  now: number,
): boolean {
  const detail = last?.detail as PushedDetail | null | undefined;
  if (!detail || last?.finishedAt == null || now - last.finishedAt > LAG_MS) return false;
  if (read === null) return true;
  if (read.updatedAt !== null && detail.updatedAt !== null) {
    const difference = Date.parse(read.updatedAt) - Date.parse(detail.updatedAt);
    if (difference !== 0) return difference < 0;
  }
  const view = read.view as Readonly<Record<string, unknown>>;
  return Object.entries(SAME[type]).some(
    ([field, same]) =>
      field in detail.values && field in view && !same(view[field], detail.values[field]),
  );
}
