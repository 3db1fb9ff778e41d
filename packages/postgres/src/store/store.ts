import {
  type ContactRecord,
  JobberSyncError,
  type JobRecord,
  type ReadOptions,
  type SubmissionRecord,
  type SyncReader,
} from "@jobber-sync/core";
import {
  type ChangeOrigin,
  type ChangePlan,
  fieldSources,
  planChange,
  type RecordEraser,
  type SyncChange,
  type SyncResult,
  type SyncStore,
} from "@jobber-sync/core/ports";
import type { Feed } from "../changes/feed.ts";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import type { Schema } from "../database/quote-schema.ts";
import type { SessionPool } from "../database/sql-pool.ts";
import { isLockTimeout } from "../database/store-error.ts";
import { type Run, runStatement } from "../database/transaction.ts";
import { type InboxContext, nowValue } from "../inbox/inbox-context.ts";
import { applyStatement } from "./apply-statement.ts";
import { createErase } from "./erase.ts";
import { readStatements } from "./read-statements.ts";
import { type Applied, keyOf, resultsOf } from "./written-records.ts";

const DEFAULT_LIMIT = 1000;
const MAX_CHANGES = 64;
const MAX_BYTES = 4 * 1024 * 1024;
/** Time for which a tenant whose rows were locked shares no statement with others. */
const ISOLATION_MS = 30_000;

/** A change with its rows as JSON text, and the keys of the rows it writes. */
interface PlannedChange {
  readonly plan: ChangePlan;
  /** Its only tenant, or all of them. */
  readonly tenant: string;
  readonly keys: readonly string[];
  readonly rows: { readonly contacts: string; readonly jobs: string; readonly submissions: string };
}

/** Options of {@link createStore}. */
export interface StoreOptions {
  /** Writing statements in flight at once. */
  readonly lanes: number;
  readonly feed: Pick<Feed, "isEnabled" | "wake">;
  /** The clock of the changes. */
  readonly clock: Pick<InboxContext, "clock" | "now">;
}

/** Creates the store. */
export function createStore(
  pool: SessionPool,
  schema: Schema,
  { lanes, feed, clock }: StoreOptions,
): SyncStore & SyncReader & RecordEraser {
  const plain = applyStatement(schema, { changes: false });
  const withChanges = applyStatement(schema, { changes: true });
  const read = readStatements(schema.quoted);
  const next = `SELECT nextval(${schema.sequence})::text AS json`;
  // The server needs longer to parse the statement than to write a change, so concurrent changes
  // share one. Each change stays atomic: if the shared statement fails, each is retried on its own.
  const commit = createGroupCommit<PlannedChange, SyncResult>({
    write: applyAll,
    weigh: ({ rows }) => rows.contacts.length + rows.jobs.length + rows.submissions.length,
    maxItems: MAX_CHANGES,
    maxBytes: MAX_BYTES,
    lanes,
    // A statement can write a row only once.
    keysOf: ({ keys }) => keys,
    isolation: {
      groupOf: ({ tenant }) => tenant,
      isBlocked: isLockTimeout,
      durationMs: ISOLATION_MS,
    },
  });

  return {
    async nextSequence() {
      return first(await runStatement<number>(pool, next, []));
    },
    async apply(change) {
      return commit(planned(planChange(change), change));
    },
    erase: createErase(pool, schema),
    job: (tenant, id) => readOne<JobRecord>(read.jobsById, tenant, id),
    contact: (tenant, id) => readOne<ContactRecord>(read.contactsById, tenant, id),
    async fieldSources(tenant, type, id) {
      const text = type === "job" ? read.jobVersions : read.contactVersions;
      const [row] = await runStatement<Parameters<typeof fieldSources>[1]>(pool, text, [
        tenant,
        id,
      ]);
      return row === undefined ? null : fieldSources(type, row);
    },
    jobs: (tenant, options) =>
      page<JobRecord>(options?.ids ? read.jobsById : read.jobs, tenant, options),
    contacts: (tenant, options) =>
      page<ContactRecord>(options?.ids ? read.contactsById : read.contacts, tenant, options),
    jobIds: (tenant, { jobberClientId, jobberPropertyId }) =>
      jobberClientId === undefined
        ? runStatement<string>(pool, read.jobsOfProperty, [tenant, jobberPropertyId])
        : runStatement<string>(pool, read.jobsOfClient, [tenant, jobberClientId]),
    submissions: (tenant, { limit = DEFAULT_LIMIT, offset = 0 } = {}) =>
      runStatement<SubmissionRecord>(pool, read.submissions, [tenant, limit, offset]),
  };

  async function applyAll(changes: readonly PlannedChange[]): Promise<readonly SyncResult[]> {
    const lists = (["contacts", "jobs", "submissions"] as const).map((name) => {
      const rows = changes.map((change) => change.rows[name]).filter((text) => text !== "");
      return `"${name}":[${rows.join(",")}]`;
    });
    const json = `{${lists.join(",")}}`;
    const run = () =>
      feed.isEnabled()
        ? runStatement<Applied>(pool, withChanges, [json, nowValue(clock, clock.now())])
        : runStatement<Applied>(pool, plain, [json]);
    const applied = first(await run());
    if (feed.isEnabled()) feed.wake();
    return resultsOf(
      changes.map(({ plan }) => plan),
      applied,
      {
        contact: async (tenant, id) =>
          first(await page<ContactRecord>(read.contactsById, tenant, { ids: [id] })),
        job: async (tenant, id) =>
          first(await page<JobRecord>(read.jobsById, tenant, { ids: [id] })),
      },
    );
  }

  function page<T>(
    text: string,
    tenant: string,
    { limit = DEFAULT_LIMIT, offset = 0, ids, afterId = "" }: ReadOptions = {},
  ): Promise<readonly T[]> {
    // Ids are never empty, so that every id is greater than "".
    const values = [tenant, limit, offset, afterId];
    return runStatement<T>(pool, text, ids === undefined ? values : [...values, jsonText(ids)]);
  }

  async function readOne<T>(text: string, tenant: string, id: string): Promise<T | null> {
    const [record] = await page<T>(text, tenant, { ids: [id] });
    return record ?? null;
  }
}

/** Creates the function that writes a change, and those of the feed, in an open transaction. */
export function createApplyIn(
  schema: Schema,
  { feed, clock }: Pick<StoreOptions, "feed" | "clock">,
): (run: Run, change: SyncChange) => Promise<void> {
  const plain = applyStatement(schema, { changes: false });
  const withChanges = applyStatement(schema, { changes: true });
  return async (run, change) => {
    const { contacts, jobs, submissions } = planned(planChange(change), change).rows;
    const json = `{"contacts":[${contacts}],"jobs":[${jobs}],"submissions":[${submissions}]}`;
    if (feed.isEnabled()) await run<Applied>(withChanges, [json, nowValue(clock, clock.now())]);
    else await run<Applied>(plain, [json]);
  };
}

function planned(plan: ChangePlan, { cause = "webhook", ref = null }: ChangeOrigin): PlannedChange {
  const origin = { cause, ref };
  return {
    plan,
    tenant: tenantsOf(plan),
    keys: [
      ...plan.contacts.map(({ record }) => keyOf("c", record.tenant, record.jobberClientId)),
      ...plan.jobs.map(({ record }) => keyOf("j", record.tenant, record.jobberJobId)),
      ...plan.submissions.map(({ tenant, deliveryKey }) => keyOf("s", tenant, deliveryKey)),
    ],
    rows: {
      contacts: rowsText(
        plan.contacts.map(({ record, ...versions }) => ({ ...record, ...versions, ...origin })),
      ),
      jobs: rowsText(
        plan.jobs.map(({ record, ...versions }) => ({ ...record, ...versions, ...origin })),
      ),
      submissions: rowsText(plan.submissions),
    },
  };
}

function tenantsOf({ contacts, jobs, submissions }: ChangePlan): string {
  const records = [...contacts, ...jobs].map(({ record }) => record);
  return [...new Set([...records, ...submissions].map(({ tenant }) => tenant))].join("\0");
}

/** Returns a JSON list without its brackets, so that several lists can be joined. */
function rowsText(rows: readonly object[]): string {
  return jsonText(rows).slice(1, -1);
}

function first<T>([row]: readonly T[]): T {
  if (row === undefined) throw new JobberSyncError("ERR_STORE", "The database returned no row.");
  return row;
}
