export {
  type AddressInput,
  type ContactActions,
  type ContactEdit,
  contact,
  type NewContact,
  type NewProperty,
} from "./actions/contact.ts";
export { type JobActions, type JobEdit, job, type NewJob } from "./actions/job.ts";
export { type PropertyActions, type PropertyEdit, property } from "./actions/property.ts";
export type { PushAction, PushTarget } from "./actions/push-action.ts";
export { type NewVisit, type VisitActions, visit } from "./actions/visit.ts";
export {
  type CreatePushOptions,
  createPush,
  type PreparedStatement,
  type Push,
  type ReadView,
} from "./create-push.ts";
export type { PushObjectType } from "./documents/nodes.ts";
export type { LocalSchedule, Schedule } from "./fields/schedule.ts";
export type { ContactView, JobView, PropertyView, VisitView } from "./fields/views.ts";
export type { PushEvent, PushHooks } from "./hooks.ts";
export type { PushOptions } from "./intents/build-intent.ts";
export type { PlanDetails, PushPlan } from "./planning/create-plan.ts";
export type { FieldConflict } from "./planning/plan-edit.ts";
export type { PushRequest, PushRequestOptions } from "./running/run-context.ts";
export type { Mutation } from "./verbs/verb.ts";
export type { VerbName } from "./verbs/verbs.ts";
