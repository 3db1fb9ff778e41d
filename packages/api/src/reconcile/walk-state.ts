import type { Instant } from "@jobber-sync/core";
import type { CursorStore } from "@jobber-sync/core/ports";
import type { RecordType } from "./reconcile-report.ts";

/** A walk in progress, stored after every page so that a later run or process can resume it. */
export interface WalkState {
  /**
   * Whether the walk reads all records and looks for deletes, rather than what changed since a
   * cursor.
   */
  readonly full: boolean;
  /** When the walk began. Milliseconds since 1970. */
  readonly startedAt: number;
  /** The record type being read. */
  readonly type: RecordType;
  /** The cursor of the last page that was written; `null` before the first one. */
  readonly after: string | null;
  /** Records of the type read so far. */
  readonly done: number;
  /** A rough total of records of the type; `null` when unknown. */
  readonly total: number | null;
  /** Jobber's clock at the type's first page: where the next incremental walk begins. */
  readonly watermark: Instant | null;
  /** Jobber's clock at the first page of the whole walk; `null` when unknown. */
  readonly begunAt: Instant | null;
  /** Runs that failed at this page. */
  readonly failures: number;
}

// A cursor of Jobber's is not promised to work forever, nor is a list that old worth continuing.
const MAX_AGE_MS = 24 * 60 * 60_000;
const MAX_FAILURES = 5;
const NAME = "walk";

/** Creates the state of a walk before the first page of a record type. */
export function createWalk(
  options: Pick<WalkState, "full" | "startedAt"> & Partial<Pick<WalkState, "type" | "begunAt">>,
): WalkState {
  const { type = "client", begunAt = null, full, startedAt } = options;
  const position = { after: null, done: 0, total: null, watermark: null, failures: 0 };
  return { full, startedAt, type, begunAt, ...position };
}

/**
 * Reads the tenant's walk in progress; `null` when there is none, when it is more than a day old,
 * or when five runs in a row failed at the same page.
 */
export async function loadWalk(
  cursors: CursorStore,
  tenant: string,
  now: number,
): Promise<WalkState | null> {
  const state = parseWalk(await cursors.get(tenant, NAME));
  if (state === null || state.failures >= MAX_FAILURES) return null;
  return Math.abs(now - state.startedAt) > MAX_AGE_MS ? null : state;
}

/** Stores the walk, or `null` when it is complete. */
export async function saveWalk(
  cursors: CursorStore,
  tenant: string,
  state: WalkState | null,
): Promise<void> {
  await cursors.set(tenant, NAME, state === null ? "" : JSON.stringify(state));
}

function parseWalk(text: string | null): WalkState | null {
  if (text === null || text === "") return null;
  try {
    const state: Partial<WalkState> | null = JSON.parse(text);
    const valid =
      (state?.type === "client" || state?.type === "job") &&
      typeof state.startedAt === "number" &&
      (state.after === null || typeof state.after === "string");
    return valid ? { ...createWalk({ full: true, startedAt: 0 }), ...state } : null;
  } catch {
    return null;
  }
}
