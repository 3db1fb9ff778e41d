import { type KnownTopic, type ObjectType, topicTraits } from "@jobber-sync/core";
import { encodedId } from "../simulator/encoded-id.ts";

/** The members of a notification that a test may set. `null` is sent as `null`; `undefined` leaves the member out. */
export interface NotificationOverrides {
  readonly appId?: string | null | undefined;
  readonly accountId?: string | number | undefined;
  readonly itemId?: string | number | null | undefined;
  /** RFC 3339, whole seconds as Jobber sends them. */
  readonly occurredAt?: string | null | undefined;
}

/** How a notification is written. */
export interface NotificationPayloadOptions {
  /**
   * Jobber spells the time `occuredAt` for apps created before 8 December 2023, `occurredAt` for later ones (F1.2).
   *
   * @default "occurredAt"
   */
  readonly spelling?: "occurredAt" | "occuredAt";
}

/** The body that Jobber really sends. */
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

// Jobber's class names, as they stand inside an id (F4).
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
 * The envelope that Jobber sends for any of its 46 topics: it names what changed and carries no record (F1.1). The same arguments give the
 * same bytes: account 1001 and item 2001 of the topic's type unless overridden; for `APP_*` the item is the account.
 *
 * @param topic also one that Jobber has yet to invent
 *
 * @example
 * ```ts
 * import { notificationPayload } from "@jobber-sync/testing";
 *
 * notificationPayload("JOB_UPDATE", { itemId: "Z2lkOi8vSm9iYmVyL0pvYi8x" }, { spelling: "occuredAt" });
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
