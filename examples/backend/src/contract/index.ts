export { demoContract } from "./demo-contract.ts";
export { exampleContract } from "./example-contract.ts";
export { type ExampleProcess, runExample, startExampleProcess } from "./example-process.ts";
