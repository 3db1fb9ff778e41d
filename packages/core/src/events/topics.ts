/** The events of this library. */
export type EventName =
  | "job.created"
  | "job.updated"
  | "job.completed"
  | "job.deleted"
  | "client.created"
  | "client.updated"
  | "client.deleted"
  | "app.disconnected";

/**
 * The type of object that a topic is about, see docs/jobber-facts.md#topics. `unknown` for topics
 * that Jobber added later.
 */
export type ObjectType =
  | "account"
  | "client"
  | "property"
  | "request"
  | "quote"
  | "job"
  | "visit"
  | "invoice"
  | "payment"
  | "payout"
  | "product_or_service"
  | "timesheet"
  | "expense"
  | "user"
  | "on_my_way_tracking_link"
  | "marketing_item"
  | "unknown";

/** Properties of a topic. */
export interface TopicTraits {
  readonly objectType: ObjectType;
  /** `null` for a topic without an event of this library. */
  readonly event: EventName | null;
}

function topic<const O extends ObjectType>(
  objectType: O,
): { readonly objectType: O; readonly event: null };
function topic<const O extends ObjectType, const E extends EventName>(
  objectType: O,
  event: E,
): { readonly objectType: O; readonly event: E };
function topic(objectType: ObjectType, event: EventName | null = null): TopicTraits {
  return { objectType, event };
}

const TOPIC_TABLE = {
  APP_CONNECT: topic("account"),
  APP_DISCONNECT: topic("account", "app.disconnected"),
  CLIENT_CREATE: topic("client", "client.created"),
  CLIENT_UPDATE: topic("client", "client.updated"),
  CLIENT_DESTROY: topic("client", "client.deleted"),
  PROPERTY_CREATE: topic("property"),
  PROPERTY_UPDATE: topic("property"),
  PROPERTY_DESTROY: topic("property"),
  REQUEST_CREATE: topic("request"),
  REQUEST_UPDATE: topic("request"),
  REQUEST_DESTROY: topic("request"),
  QUOTE_CREATE: topic("quote"),
  QUOTE_UPDATE: topic("quote"),
  QUOTE_DESTROY: topic("quote"),
  QUOTE_SENT: topic("quote"),
  QUOTE_APPROVED: topic("quote"),
  JOB_CREATE: topic("job", "job.created"),
  JOB_UPDATE: topic("job", "job.updated"),
  JOB_DESTROY: topic("job", "job.deleted"),
  JOB_CLOSED: topic("job", "job.completed"),
  VISIT_CREATE: topic("visit"),
  VISIT_UPDATE: topic("visit"),
  VISIT_DESTROY: topic("visit"),
  VISIT_COMPLETE: topic("visit"),
  INVOICE_CREATE: topic("invoice"),
  INVOICE_UPDATE: topic("invoice"),
  INVOICE_DESTROY: topic("invoice"),
  PAYMENT_CREATE: topic("payment"),
  PAYMENT_UPDATE: topic("payment"),
  PAYMENT_DESTROY: topic("payment"),
  PAYOUT_CREATE: topic("payout"),
  PAYOUT_UPDATE: topic("payout"),
  PAYOUT_DESTROY: topic("payout"),
  PRODUCT_OR_SERVICE_CREATE: topic("product_or_service"),
  PRODUCT_OR_SERVICE_UPDATE: topic("product_or_service"),
  PRODUCT_OR_SERVICE_DESTROY: topic("product_or_service"),
  TIMESHEET_CREATE: topic("timesheet"),
  TIMESHEET_UPDATE: topic("timesheet"),
  TIMESHEET_DESTROY: topic("timesheet"),
  EXPENSE_CREATE: topic("expense"),
  EXPENSE_UPDATE: topic("expense"),
  EXPENSE_DESTROY: topic("expense"),
  USER_CREATE: topic("user"),
  USER_UPDATE: topic("user"),
  ON_MY_WAY_TRACKING_LINK_REQUEST: topic("on_my_way_tracking_link"),
  MARKETING_ITEM_UPDATE: topic("marketing_item"),
} as const satisfies Record<string, TopicTraits>;

/**
 * The 46 topics of Jobber's `WebHookTopicEnum` in API version 2026-07-27. The enum grows: unknown
 * topics are valid. See docs/jobber-facts.md#topics.
 */
export type KnownTopic = keyof typeof TOPIC_TABLE;

/** The object type and event of a known topic, as literal types. */
export type TraitsOf<T extends KnownTopic> = (typeof TOPIC_TABLE)[T];

// A Map, not the object: `constructor` is not a topic.
const TOPICS: ReadonlyMap<string, TopicTraits> = new Map(Object.entries(TOPIC_TABLE));
const UNKNOWN = topic("unknown");

/** Every {@link KnownTopic}. */
export const KNOWN_TOPICS = Object.keys(TOPIC_TABLE) as readonly KnownTopic[];

/** The topics that affect Job and Contact records: the default of the receiver's `topics`. */
export const SYNC_TOPICS: readonly KnownTopic[] = KNOWN_TOPICS.filter(
  (name) =>
    name === "APP_DISCONNECT" ||
    ["job", "client", "visit", "property"].includes(TOPIC_TABLE[name].objectType),
);

/** Returns the properties of a topic. An unknown topic has `objectType: "unknown"` and no event. */
export function topicTraits(topic: string): TopicTraits {
  return TOPICS.get(topic) ?? UNKNOWN;
}
