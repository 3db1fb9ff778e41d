import { type KnownTopic, type ObjectType, topicTraits } from "@jobber-sync/core";
import { encodedId } from "../ids/encoded-id.ts";

/**
 * Members of a notification to override. `null` is sent as `null`; `undefined` leaves the member
 * out.
 */
export interface NotificationOverrides {
  readonly appId?: string | null | undefined;
  readonly accountId?: string | number | undefined;
  readonly itemId?: string | number | null | undefined;
  /** RFC 3339, whole seconds as Jobber sends them. */
  readonly occurredAt?: string | null | undefined;
}

/** Options for {@link notificationPayload}. */
export interface NotificationPayloadOptions {
  /**
   * The name of the member that holds the time. Jobber sends `occuredAt` to apps created before 8
   * December 2023 and `occurredAt` to later ones. See docs/jobber-facts.md#occurred-at.
   *
   * @default "occurredAt"
   */
  readonly spelling?: "occurredAt" | "occuredAt" | undefined;
}

/** The body of a webhook that Jobber sends. */
export interface NotificationPayload {
  readonly data: {
    readonly webHookEvent: {
      readonly topic: string;
      readonly appId?: string | null;
      readonly accountId?: string | number;
      readonly itemId?: string | number | null;
      readonly occurredAt?: string | null;
      readonly occuredAt?: string | null;
    };
  };
}

// The type names that Jobber encodes in ids.
const TYPE_NAMES: Readonly<Record<ObjectType, string>> = {
  account: "Account",
  client: "Client",
  property: "Property",
  request: "Request",
  quote: "Quote",
  job: "Job",
  visit: "Visit",
  invoice: "Invoice",
  payment: "PaymentRecord",
  payout: "PayoutRecord",
  product_or_service: "ProductOrService",
  timesheet: "TimeSheetEntry",
  expense: "Expense",
  user: "User",
  on_my_way_tracking_link: "OnMyWayTrackingLink",
  marketing_item: "MarketingItem",
  unknown: "Thing",
};

const APP_ID = "3ef22a50-072d-430c-a78f-b7646657560b";
const ACCOUNT_NUMBER = 1001;
const ITEM_NUMBER = 2001;
const OCCURRED_AT = "2026-01-25T10:00:00Z";

/**
 * Creates the body that Jobber sends for any of its 46 topics. It names the changed object and
 * contains none of its fields; see docs/jobber-facts.md#envelope. The same arguments create the
 * same bytes: account 1001 and item 2001 of the topic's type unless overridden. For `APP_*` topics
 * the item is the account.
 *
 * @param topic a known topic, or any other text, as for a topic that Jobber adds later
 *
 * @example
 * ```ts
 * import { notificationPayload } from "@jobber-sync/testing";
 *
 * const itemId = "Z2lkOi8vSm9iYmVyL0pvYi8x";
 * notificationPayload("JOB_UPDATE", { itemId }, { spelling: "occuredAt" });
 * ```
 */
export function notificationPayload(
  topic: KnownTopic | (string & {}),
  overrides: NotificationOverrides = {},
  { spelling = "occurredAt" }: NotificationPayloadOptions = {},
): NotificationPayload {
  const { objectType } = topicTraits(topic);
  const number = objectType === "account" ? ACCOUNT_NUMBER : ITEM_NUMBER;
  const { occurredAt, ...members } = {
    appId: APP_ID,
    accountId: encodedId("Account", ACCOUNT_NUMBER),
    itemId: encodedId(TYPE_NAMES[objectType], number),
    occurredAt: OCCURRED_AT,
    ...overrides,
  };
  const given = Object.entries({ topic, ...members, [spelling]: occurredAt }).filter(
    ([, value]) => value !== undefined,
  );
  return { data: { webHookEvent: { topic, ...Object.fromEntries(given) } } };
}
