export type { ContractRunner } from "./contract-runner.ts";
export {
  checkStoreHistories,
  type HistoryOptions,
  type OpenedStore,
} from "./histories/check-histories.ts";
export { type SyncStoreContractOptions, syncStoreContract } from "./sync-store-contract.ts";
