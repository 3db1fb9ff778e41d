export { cursorStoreContract } from "./cursor-store-contract.ts";
export { leaseContract } from "./lease-contract.ts";
export {
  type ConnectionContractOptions,
  type Opened,
  tokenStoreContract,
} from "./token-store-contract.ts";
