import { checkSchedule, type LocalSchedule } from "../fields/schedule.ts";
import type { VisitView } from "../fields/views.ts";
import { actionOn, creation, type PushAction, type PushTarget, targetOf } from "./push-action.ts";

/** A new visit. */
export interface NewVisit {
  readonly title?: string | undefined;
  readonly instructions?: string | undefined;
  /** Left out: an unscheduled visit. */
  readonly schedule?: LocalSchedule | undefined;
  /** Ids of Jobber users. */
  readonly assignedTo?: readonly string[] | undefined;
  /** Whether Jobber notifies the assigned users. @default false */
  readonly notifyTeam?: boolean | undefined;
}

/** Changes of one visit. */
export interface VisitActions extends PushTarget {
  readonly objectType: "visit";
  /**
   * Creates the visit. Its instructions end with a marker, by which a visit whose response was lost
   * is found; the team sees it.
   */
  create(fields: NewVisit): PushAction;
  /** @throws {TypeError} for times that are not local, or end before they start */
  schedule(schedule: LocalSchedule): PushAction<VisitView>;
  /** Replaces the assigned users. @param userIds ids of Jobber users */
  assign(userIds: readonly string[]): PushAction<VisitView>;
  complete(): PushAction<VisitView>;
  uncomplete(): PushAction<VisitView>;
  /** Deletes the visit. Needs `confirm: "delete"`. */
  delete(): PushAction<VisitView>;
}

/**
 * Names a visit to change, or to create.
 *
 * @param name Jobber's id, or your own name for it
 * @param options.at the job that a new visit belongs to
 * @throws {TypeError} for an empty name
 */
export function visit(
  name: string,
  { at }: { readonly at?: PushTarget | undefined } = {},
): VisitActions {
  const target = { ...targetOf("visit", name), objectType: "visit" } as const;
  return {
    ...target,
    create(fields) {
      if (at?.objectType !== "job")
        throw new TypeError("A new visit needs its job: visit(name, { at: job(…) }).");
      if (fields.schedule !== undefined) checkSchedule(fields.schedule);
      const { objectType, id, ref } = at;
      return creation(target, "visit.create", fields, { objectType, id, ref });
    },
    schedule(schedule) {
      checkSchedule(schedule);
      return actionOn(target, "visit.schedule", { schedule });
    },
    assign: (userIds) => actionOn(target, "visit.assign", { assignedTo: [...userIds] }),
    complete: () => actionOn(target, "visit.complete", { isComplete: true }),
    uncomplete: () => actionOn(target, "visit.uncomplete", { isComplete: false }),
    delete: () => actionOn(target, "visit.delete", {}),
  };
}
