import type { JobView } from "../fields/views.ts";
import { actionOn, creation, type PushAction, type PushTarget, targetOf } from "./push-action.ts";

/** The fields of a job that an edit sets. Left out: unchanged. `null`: cleared. */
export interface JobEdit {
  readonly title?: string | null | undefined;
  /** Also rewrites the instructions of incomplete visits: needs `confirm: "visits"`. */
  readonly instructions?: string | null | undefined;
}

/** A new job. */
export interface NewJob {
  readonly title?: string | undefined;
  readonly instructions?: string | undefined;
  /** Rule for the job's invoices. Jobber requires it. */
  readonly invoicing: {
    readonly type: "FIXED_PRICE" | "VISIT_BASED";
    readonly schedule: "ON_COMPLETION" | "PERIODIC" | "PER_VISIT" | "NEVER";
    /** For `PERIODIC`: a rule that begins with `RRULE:`. */
    readonly recurrence?: string | undefined;
  };
  /** First day and duration. Jobber returns the day as a time in UTC. */
  readonly timeframe?:
    | {
        /** `YYYY-MM-DD` */
        readonly startAt: string;
        readonly durationUnits?: "DAYS" | "WEEKS" | "MONTHS" | "YEARS" | undefined;
        readonly durationValue?: number | undefined;
      }
    | undefined;
}

/** Changes of one job. */
export interface JobActions extends PushTarget {
  readonly objectType: "job";
  /**
   * Creates the job, with an internal note that contains a marker: by it, a job whose response was
   * lost is found.
   */
  create(fields: NewJob): PushAction;
  edit(fields: JobEdit): PushAction<JobView>;
  /**
   * Closes the job. Needs `confirm: "close"` and `seen.visits`, since it destroys or completes
   * the incomplete visits.
   *
   * @param incompleteVisits `destroy` all, or complete those up to today and destroy the others
   */
  close(incompleteVisits: "destroy" | "complete_past"): PushAction<JobView>;
  /** Reopens the job. The visits that closing it destroyed do not come back. */
  reopen(): PushAction<JobView>;
  /** Adds a note. Its text ends with a marker, by which a note whose response was lost is found. */
  note(message: string): PushAction;
}

/**
 * Names a job to change, or to create.
 *
 * @param name Jobber's id, or your own name for it
 * @param options.at the property at which a new job takes place
 * @throws {TypeError} for an empty name
 */
export function job(
  name: string,
  { at }: { readonly at?: PushTarget | undefined } = {},
): JobActions {
  const target = { ...targetOf("job", name), objectType: "job" } as const;
  return {
    ...target,
    create(fields) {
      if (at?.objectType !== "property")
        throw new TypeError("A new job needs its property: job(name, { at: property(…) }).");
      const { objectType, id, ref } = at;
      return creation(target, "job.create", fields, { objectType, id, ref });
    },
    edit: (fields) => actionOn(target, "job.edit", { ...fields }),
    close: (incompleteVisits) =>
      actionOn(target, "job.close", { isClosed: true, incompleteVisits }),
    reopen: () => actionOn(target, "job.reopen", { isClosed: false }),
    note: (message) => actionOn(target, "job.note", { message }),
  };
}
