import {
  type ContactRecord,
  JobberSyncError,
  type JobRecord,
  type ReadOptions,
  type SubmissionRecord,
  type SyncReader,
} from "@jobber-sync/core";
import {
  type ChangePlan,
  planChange,
  type SyncResult,
  type SyncStore,
  type WriteOutcome,
} from "@jobber-sync/core/ports";
import { createGroupCommit } from "../database/group-commit.ts";
import { jsonText } from "../database/json-text.ts";
import type { Schema } from "../database/quote-schema.ts";
import type { SqlPool } from "../database/sql-pool.ts";
import { runStatement } from "../database/transaction.ts";
import { applyStatement } from "./apply-statement.ts";
import { readStatements } from "./read-statements.ts";

const DEFAULT_LIMIT = 1000;
const MAX_CHANGES = 64;
const MAX_BYTES = 4 * 1024 * 1024;

type Written = readonly (readonly [tenant: string, id: string, outcome: WriteOutcome])[] | null;

interface Applied {
  readonly contacts: Written;
  readonly jobs: Written;
  readonly submissions: Written;
}

/** A change with its rows as text, and what tells them from those of others. */
interface PlannedChange {
  readonly plan: ChangePlan;
  readonly keys: readonly string[];
  readonly rows: { readonly contacts: string; readonly jobs: string; readonly submissions: string };
}

/** The store on Postgres. @param lanes statements that write at one time */
export function createStore(pool: SqlPool, schema: Schema, lanes: number): SyncStore & SyncReader {
  const statement = applyStatement(schema);
  const read = readStatements(schema.quoted);
  const next = `SELECT nextval(${schema.sequence})::text AS json`;
  // Parsing the statement takes the server longer than writing a change, so changes that come together share one. Each is still written
  // as a whole or not at all: together they are written or not, and when they are not each is tried by itself.
  const commit = createGroupCommit<PlannedChange, SyncResult>({
    write: applyAll,
    weigh: ({ rows }) => rows.contacts.length + rows.jobs.length + rows.submissions.length,
    maxItems: MAX_CHANGES,
    maxBytes: MAX_BYTES,
    lanes,
    // A statement can write a row once.
    keysOf: ({ keys }) => keys,
  });

  return {
    async nextSequence() {
      return first(await runStatement<number>(pool, next, []));
    },
    async apply(change) {
      return commit(planned(planChange(change)));
    },
    jobs: (tenant, options) => page<JobRecord>(read.jobs, tenant, options),
    contacts: (tenant, options) => page<ContactRecord>(read.contacts, tenant, options),
    submissions: (tenant, options) => page<SubmissionRecord>(read.submissions, tenant, options),
  };

  async function applyAll(changes: readonly PlannedChange[]): Promise<readonly SyncResult[]> {
    const lists = (["contacts", "jobs", "submissions"] as const).map((name) => {
      const rows = changes.map((change) => change.rows[name]).filter((text) => text !== "");
      return `"${name}":[${rows.join(",")}]`;
    });
    const applied = first(await runStatement<Applied>(pool, statement, [`{${lists.join(",")}}`]));
    const outcomes = outcomesOf(applied);
    return changes.map(({ plan }) => resultOf(plan, outcomes));
  }

  function page<T>(
    text: string,
    tenant: string,
    { limit = DEFAULT_LIMIT, offset = 0 }: ReadOptions = {},
  ): Promise<readonly T[]> {
    return runStatement<T>(pool, text, [tenant, limit, offset]);
  }
}

function planned(plan: ChangePlan): PlannedChange {
  return {
    plan,
    keys: [
      ...plan.contacts.map(({ record }) => keyOf("c", record.tenant, record.jobberClientId)),
      ...plan.jobs.map(({ record }) => keyOf("j", record.tenant, record.jobberJobId)),
      ...plan.submissions.map(({ tenant, deliveryKey }) => keyOf("s", tenant, deliveryKey)),
    ],
    rows: {
      contacts: rowsText(
        plan.contacts.map(({ record, ...versions }) => ({ ...record, ...versions })),
      ),
      jobs: rowsText(plan.jobs.map(({ record, ...versions }) => ({ ...record, ...versions }))),
      submissions: rowsText(plan.submissions),
    },
  };
}

/** Without its brackets, so that the lists of several changes can be joined. */
function rowsText(rows: readonly object[]): string {
  return jsonText(rows).slice(1, -1);
}

/** As the database keeps it: what it cannot hold is replaced there too. */
function keyOf(kind: "c" | "j" | "s", tenant: string, id: string): string {
  return jsonText([kind, tenant, id]);
}

function outcomesOf({ contacts, jobs, submissions }: Applied): ReadonlyMap<string, WriteOutcome> {
  const outcomes = new Map<string, WriteOutcome>();
  for (const [tenant, id, outcome] of contacts ?? []) outcomes.set(keyOf("c", tenant, id), outcome);
  for (const [tenant, id, outcome] of jobs ?? []) outcomes.set(keyOf("j", tenant, id), outcome);
  for (const [tenant, id, outcome] of submissions ?? [])
    outcomes.set(keyOf("s", tenant, id), outcome);
  return outcomes;
}

/** In the order of the plan: the statement gives the outcomes in no order that it promises. */
function resultOf(plan: ChangePlan, outcomes: ReadonlyMap<string, WriteOutcome>): SyncResult {
  return {
    contacts: plan.contacts.map(({ record: { tenant, jobberClientId } }) => ({
      tenant,
      jobberClientId,
      outcome: outcomes.get(keyOf("c", tenant, jobberClientId)) ?? "unchanged",
    })),
    jobs: plan.jobs.map(({ record: { tenant, jobberJobId } }) => ({
      tenant,
      jobberJobId,
      outcome: outcomes.get(keyOf("j", tenant, jobberJobId)) ?? "unchanged",
    })),
    submissions: plan.submissions.map(({ tenant, deliveryKey }) => ({
      tenant,
      deliveryKey,
      // What was there already is left as it is, and not returned.
      outcome: outcomes.has(keyOf("s", tenant, deliveryKey)) ? "inserted" : "unchanged",
    })),
  };
}

function first<T>([row]: readonly T[]): T {
  if (row === undefined) throw new JobberSyncError("ERR_STORE", "The database gave no response.");
  return row;
}
