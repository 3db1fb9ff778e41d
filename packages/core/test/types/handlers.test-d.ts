import {
  type ContactRecord,
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  type Handler,
  type HandlerContext,
  type Handlers,
  type JobberEvent,
  type JobRecord,
  type NotificationEvent,
} from "@jobber-sync/core";
import { expectType } from "../support/expect-type.ts";

const store = createMemoryStore();
const inbox = createMemoryInbox();

createWorker({
  inbox,
  store,
  on: {
    "job.created": (context) => {
      const { event, submission, tenant, deliveryKey, attempt, cause, signal, logger } = context;
      const { job, contact } = context;
      expectType<string>()(tenant);
      expectType<string>()(deliveryKey);
      expectType<number>()(attempt);
      expectType<"webhook">()(cause);
      expectType<AbortSignal>()(signal);
      logger.info({}, "");
      expectType<"job.created">()(event.event);
      expectType<"job.created">()(submission.payload.event);
      expectType<JobRecord>()(job);
      expectType<ContactRecord | null>()(contact);
      expectType<string>()(submission.payload.jobber_job_id);
      if (event.kind === "notification") {
        expectType<"JOB_CREATE">()(event.topic);
        expectType<"job">()(event.objectType);
        // @ts-expect-error: a notification carries ids only
        event.data;
      } else {
        expectType<string | null | undefined>()(event.data.title);
        // @ts-expect-error: a snapshot has no topic
        event.topic;
      }
      // @ts-expect-error: the key narrows the event
      if (event.event === "job.updated") return;
      // @ts-expect-error: a job's payload has no client id
      submission.payload.jobber_client_id;
    },
    "job.deleted": ({ event, submission, job }) => {
      expectType<JobRecord>()(job);
      if (event.kind === "notification") expectType<"JOB_DESTROY">()(event.topic);
      else expectType<string>()(event.data.id);
      submission.payload.title;
    },
    "client.updated": async ({ event, submission, job, contact }) => {
      expectType<null>()(job);
      expectType<ContactRecord>()(contact);
      expectType<string>()(submission.payload.jobber_client_id);
      if (event.kind === "snapshot") expectType<string | null | undefined>()(event.data.email);
      // @ts-expect-error: a client's payload has no title
      submission.payload.title;
    },
    "app.disconnected": ({ event, submission, job, contact }) => {
      expectType<null>()(job);
      expectType<null>()(contact);
      expectType<null>()(submission);
      expectType<"APP_DISCONNECT">()(event.topic);
      // @ts-expect-error: app.disconnected makes no submission
      submission.payload;
    },
    JOB_CLOSED: ({ event, submission, job, contact }) => {
      expectType<JobRecord>()(job);
      expectType<ContactRecord | null>()(contact);
      expectType<"job.completed">()(event.event);
      expectType<"job.completed">()(submission.payload.event);
      // @ts-expect-error: topics only arrive as notifications
      event.kind === "snapshot";
    },
    PROPERTY_UPDATE: ({ job, contact }) => {
      expectType<null>()(job);
      expectType<ContactRecord | null>()(contact);
    },
    QUOTE_SENT: ({ job, contact }) => {
      expectType<null>()(job);
      expectType<null>()(contact);
    },
    VISIT_UPDATE: ({ event, submission, job, contact }) => {
      expectType<JobRecord | null>()(job);
      expectType<ContactRecord | null>()(contact);
      expectType<null>()(submission);
      expectType<null>()(event.event);
      expectType<"visit">()(event.objectType);
      // @ts-expect-error: VISIT_UPDATE makes no submission
      submission.payload;
    },
    SOMETHING_NEW: ({ event, submission, job, contact }) => {
      expectType<JobRecord | null>()(job);
      expectType<ContactRecord | null>()(contact);
      expectType<"notification">()(event.kind);
      submission?.payload;
      // @ts-expect-error: nothing is known about a future topic's submission
      submission.payload;
    },
  },
});

// @ts-expect-error: a misspelled event
createWorker({ inbox, store, on: { "job.create": () => {} } });
// @ts-expect-error: a topic in lower case
createWorker({ inbox, store, on: { job_create: () => {} } });
// @ts-expect-error: an event that does not exist
createWorker({ inbox, store, on: { "job.exploded": () => {} } });
// @ts-expect-error: not a function
createWorker({ inbox, store, on: { "job.created": "yes" } });
// @ts-expect-error: not a function, future topic
createWorker({ inbox, store, on: { SOMETHING_NEW: 1 } });

createReceiver({
  tenants: [],
  store,
  on: { "job.completed": ({ submission }) => void submission.payload.scheduled_at },
});
// @ts-expect-error: a misspelled event in inline mode
createReceiver({ tenants: [], store, on: { "jobs.completed": () => {} } });

const handlers: Handlers = {
  "job.updated": ({ submission }) => void submission.payload.client_email,
  JOB_UPDATE: ({ event }) => expectType<"JOB_UPDATE">()(event.topic),
  SOMETHING_NEW: ({ event }) => void event.topic,
  "client.created": undefined,
};
createWorker({ inbox, store, on: handlers });
createWorker({ inbox, store, on: undefined });

const created: Handler<"job.created"> = ({ submission }) => void submission.payload.title;
// A handler for any event fits everywhere.
const any: (context: { readonly event: JobberEvent; readonly tenant: string }) => void = () => {};
createWorker({
  inbox,
  store,
  on: { "job.created": created, "client.deleted": any, QUOTE_SENT: any },
});
// @ts-expect-error: a handler of another event
createWorker({ inbox, store, on: { "job.updated": created } });
// @ts-expect-error: a handler of another topic
createWorker({ inbox, store, on: { JOB_UPDATE: created } });

declare const context: HandlerContext<"job.created" | "job.updated">;
expectType<"job.created" | "job.updated">()(context.event.event);
declare const future: HandlerContext<"SOMETHING_NEW">;
expectType<NotificationEvent>()(future.event);
