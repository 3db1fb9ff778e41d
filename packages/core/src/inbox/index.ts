export type {
  AcceptedDelivery,
  Claim,
  ClaimedDelivery,
  ClaimOptions,
  DeliveryFilter,
  DeliveryInfo,
  DeliveryState,
  DueOptions,
  FetchReservation,
  Inbox,
  LeaseOptions,
  NewDelivery,
  ObjectRef,
  PurgeOptions,
  Settlement,
  WakeOptions,
} from "./inbox.ts";
export { INBOX_DEFAULTS, replayedStates } from "./inbox-defaults.ts";
export { listenByPolling, type PollingOptions } from "./listen-by-polling.ts";
export { createMemoryInbox, type MemoryInboxOptions } from "./memory-inbox.ts";
export { objectKey } from "./object-key.ts";
export {
  type FetchBudget,
  type FetchPlace,
  LONGEST_FETCH_WAIT_MS,
  reserveFetchPlace,
} from "./reserve-fetch-place.ts";
