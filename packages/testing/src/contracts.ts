export {
  type AdapterContractOptions,
  adapterContract,
  type ParserBefore,
} from "./contracts/adapter/adapter-contract.ts";
export type { RunningServer, StartServer } from "./contracts/adapter/contract-server.ts";
export {
  type FetchHandlerContractOptions,
  fetchHandlerContract,
} from "./contracts/adapter/fetch-handler-contract.ts";
export {
  type ChangeFeedContractOptions,
  changeFeedContract,
} from "./contracts/changes/change-feed-contract.ts";
export {
  type ChangeHistoryOptions,
  checkChangeHistories,
} from "./contracts/changes/histories/check-change-histories.ts";
export type { OpenFeed } from "./contracts/changes/open-feed.ts";
export {
  type ErasureContractOptions,
  erasureContract,
  type OpenedErasable,
} from "./contracts/erasure/erasure-contract.ts";
export {
  checkLaneInterleavings,
  type LaneInterleavingOptions,
} from "./contracts/inbox/check-lane-interleavings.ts";
export {
  checkInboxHistories,
  type InboxHistoryOptions,
} from "./contracts/inbox/histories/check-inbox-histories.ts";
export { type InboxContractOptions, inboxContract } from "./contracts/inbox/inbox-contract.ts";
export type { OpenInbox } from "./contracts/inbox/rule.ts";
export { type OutboxContractOptions, outboxContract } from "./contracts/outbox/outbox-contract.ts";
export type { OpenOutbox } from "./contracts/outbox/outbox-rule.ts";
export type { ContractRunner } from "./contracts/store/contract-runner.ts";
export {
  checkStoreHistories,
  type HistoryOptions,
  type OpenedStore,
} from "./contracts/store/histories/check-histories.ts";
export {
  type RecordEraserContractOptions,
  recordEraserContract,
} from "./contracts/store/record-eraser-contract.ts";
export {
  type SyncStoreContractOptions,
  syncStoreContract,
} from "./contracts/store/sync-store-contract.ts";
export { cursorStoreContract } from "./contracts/tokens/cursor-store-contract.ts";
export { leaseContract } from "./contracts/tokens/lease-contract.ts";
export {
  type ConnectionContractOptions,
  type Opened,
  tokenStoreContract,
} from "./contracts/tokens/token-store-contract.ts";
export { seededRandom } from "./random/seeded-random.ts";
