import { demoContract, failingDemoContract } from "@jobber-sync-examples/backend/contract";

const demo = new URL("../src/demo.ts", import.meta.url);

demoContract(demo);
failingDemoContract(demo);
