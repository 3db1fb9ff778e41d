// Not published: the attack runs this repository's adapters in processes of their own.
export {
  type LoadAttackContractOptions,
  loadAttackContract,
} from "./contracts/adapter/load-attack/load-attack-contract.ts";
export { runLoadAttackProcess } from "./contracts/adapter/load-attack/run-load-attack-process.ts";
