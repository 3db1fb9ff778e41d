import type { RecordExtras, SyncReader } from "@jobber-sync/core";
import type { CursorStore, SyncStore } from "@jobber-sync/core/ports";
import type { JobberApi } from "../create-jobber-api.ts";
import type { ExtraSelections } from "../extra/extra-selections.ts";
import type { Sleep } from "../limits/tenant-limits.ts";
import type { RunReport } from "./reconcile-report.ts";
import type { EmitReconcile } from "./reconciler-hooks.ts";

/** The parts of `JobberApi` that a reconcile uses. */
export type ReconcileApi = Pick<JobberApi<RecordExtras>, "fetch" | "request"> &
  Partial<Pick<JobberApi<RecordExtras>, "accountOf" | "statusOverrides" | "extra">>;

/** The store that a reconcile reads and writes. */
export type ReconcileStore = SyncStore & Pick<SyncReader, "jobs" | "contacts">;

/** The dependencies of one run. */
export interface ReconcileContext {
  readonly tenant: string;
  readonly api: ReconcileApi;
  readonly store: ReconcileStore;
  readonly cursors: CursorStore;
  /** The selections of the API. */
  readonly extra: ExtraSelections;
  readonly maxMissing: number;
  readonly sweepEveryMs: number;
  readonly now: () => number;
  readonly sleep: Sleep;
  readonly signal: AbortSignal;
  /** Called before each request. */
  readonly beforeFetch: (tenant: string, signal: AbortSignal) => Promise<void>;
  /** Called between requests. Rejects when another process has taken over the tenant. */
  readonly heartbeat: () => Promise<void>;
  readonly emit: EmitReconcile;
  readonly report: RunReport;
  /** Whether the run should end after the current page and continue in a later run. */
  readonly shouldYield: () => boolean;
}
