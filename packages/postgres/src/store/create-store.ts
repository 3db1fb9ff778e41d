import {
  type ChangePlan,
  type ContactRecord,
  JobberSyncError,
  type JobRecord,
  planChange,
  type ReadOptions,
  type SubmissionRecord,
  type SyncChange,
  type SyncReader,
  type SyncResult,
  type SyncStore,
  type WriteOutcome,
} from "@jobber-sync/core";
import { jsonText } from "../internal/json-text.ts";
import type { Schema } from "../internal/quote-schema.ts";
import { runStatement } from "../internal/transaction.ts";
import type { SqlPool } from "../sql-pool.ts";
import { applyStatement } from "./apply-statement.ts";
import { readStatements } from "./read-statements.ts";

const DEFAULT_LIMIT = 1000;

type Written = readonly (readonly [clientSlug: string, id: string, outcome: WriteOutcome])[] | null;

interface Applied {
  readonly contacts: Written;
  readonly jobs: Written;
  readonly submissions: Written;
}

/** The store on Postgres. */
export function createStore(pool: SqlPool, schema: Schema): SyncStore & SyncReader {
  const apply = applyStatement(schema);
  const read = readStatements(schema.quoted);
  const next = `SELECT nextval(${schema.sequence})::text AS json`;

  return {
    async nextSequence() {
      return first(await runStatement<number>(pool, next, []));
    },

    async apply(change: SyncChange): Promise<SyncResult> {
      const plan = planChange(change);
      const rows = jsonText({
        contacts: plan.contacts.map(({ record, ...versions }) => ({ ...record, ...versions })),
        jobs: plan.jobs.map(({ record, ...versions }) => ({ ...record, ...versions })),
        submissions: plan.submissions,
      });
      return resultOf(plan, first(await runStatement<Applied>(pool, apply, [rows])));
    },

    jobs: (clientSlug, options) => page<JobRecord>(read.jobs, clientSlug, options),
    contacts: (clientSlug, options) => page<ContactRecord>(read.contacts, clientSlug, options),
    submissions: (clientSlug, options) => page<SubmissionRecord>(read.submissions, clientSlug, options),
  };

  function page<T>(
    statement: string,
    clientSlug: string,
    { limit = DEFAULT_LIMIT, offset = 0 }: ReadOptions = {},
  ): Promise<readonly T[]> {
    return runStatement<T>(pool, statement, [clientSlug, limit, offset]);
  }
}

/** The outcomes in the order of the plan: the statement gives them in no order that it promises. */
function resultOf(plan: ChangePlan, applied: Applied): SyncResult {
  const contacts = outcomes(applied.contacts);
  const jobs = outcomes(applied.jobs);
  const submissions = outcomes(applied.submissions);
  return {
    contacts: plan.contacts.map(({ record: { clientSlug, jobberClientId } }) => ({
      clientSlug,
      jobberClientId,
      outcome: contacts(clientSlug, jobberClientId) ?? "unchanged",
    })),
    jobs: plan.jobs.map(({ record: { clientSlug, jobberJobId } }) => ({
      clientSlug,
      jobberJobId,
      outcome: jobs(clientSlug, jobberJobId) ?? "unchanged",
    })),
    submissions: plan.submissions.map(({ clientSlug, deliveryKey }) => ({
      clientSlug,
      deliveryKey,
      // What was there already is left as it is, and not returned.
      outcome: submissions(clientSlug, deliveryKey) === undefined ? "unchanged" : "inserted",
    })),
  };
}

function outcomes(written: Written): (clientSlug: string, id: string) => WriteOutcome | undefined {
  const byKey = new Map(written?.map(([clientSlug, id, outcome]) => [jsonText([clientSlug, id]), outcome]));
  return (clientSlug, id) => byKey.get(jsonText([clientSlug, id]));
}

function first<T>([row]: readonly T[]): T {
  if (row === undefined) throw new JobberSyncError("ERR_STORE", "The database gave no answer.");
  return row;
}
