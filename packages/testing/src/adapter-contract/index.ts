export {
  type AdapterContractOptions,
  adapterContract,
  type ParserBefore,
} from "./adapter-contract.ts";
export type { RunningServer, StartServer } from "./contract-server.ts";
export { type FetchHandlerContractOptions, fetchHandlerContract } from "./fetch-handler-contract.ts";
export { joinSiege } from "./siege/join-siege.ts";
export { type SiegeContractOptions, siegeContract } from "./siege/siege-contract.ts";
