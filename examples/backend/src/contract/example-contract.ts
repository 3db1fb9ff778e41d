import { deliveriesContract } from "./deliveries-contract.ts";
import { type ExampleContractOptions, exampleUnderTest } from "./example-under-test.ts";
import { recordsContract } from "./records-contract.ts";
import { startContract } from "./start-contract.ts";
import { stopContract } from "./stop-contract.ts";
import { webhooksContract } from "./webhooks-contract.ts";

/** What every example backend does, driven from outside: a process of its own, a real port, real signals. */
export function exampleContract(options: ExampleContractOptions): void {
  const example = exampleUnderTest(options);
  webhooksContract(example);
  recordsContract(example);
  deliveriesContract(example);
  startContract(example);
  // Last: it ends the server that the others use.
  stopContract(example);
}
