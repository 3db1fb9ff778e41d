export type {
  AcceptedDelivery,
  Claim,
  ClaimedDelivery,
  ClaimOptions,
  DeliveryFilter,
  DeliveryInfo,
  DeliveryState,
  FetchReservation,
  Inbox,
  NewDelivery,
  ObjectRef,
  PurgeOptions,
  Settlement,
  WakeOptions,
} from "./inbox.ts";
export { listenByPolling, type PollingOptions } from "./listen-by-polling.ts";
export { createMemoryInbox, type MemoryInboxOptions } from "./memory-inbox.ts";
