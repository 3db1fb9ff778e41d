export { demoContract, failingDemoContract } from "./demo-contract.ts";
export { exampleContract, fullExampleContract } from "./example-contract.ts";
export { type ExampleProcess, runExample, startExampleProcess } from "./example-process.ts";
