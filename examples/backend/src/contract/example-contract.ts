import { listContract, repairContract } from "./deliveries-contract.ts";
import { type ExampleContractOptions, exampleUnderTest } from "./example-under-test.ts";
import { recordsContract } from "./records-contract.ts";
import { startContract } from "./start-contract.ts";
import { stopContract } from "./stop-contract.ts";
import { webhooksContract } from "./webhooks-contract.ts";

/**
 * Tests an example backend from outside, as a process with a real port and real signals. Starts it
 * twice.
 */
export function exampleContract(options: ExampleContractOptions): void {
  const example = exampleUnderTest(options);
  webhooksContract(example);
  recordsContract(example);
  listContract(example);
  stopContract(example);
}

/**
 * Like {@link exampleContract}, with failing starts and repair commands: about ten processes more.
 */
export function fullExampleContract(options: ExampleContractOptions): void {
  const example = exampleUnderTest(options);
  webhooksContract(example);
  recordsContract(example);
  startContract(example);
  listContract(example);
  repairContract(example);
  stopContract(example);
}
