import { failingDemoContract } from "@jobber-sync-examples/backend/contract";

failingDemoContract(new URL("../src/demo.ts", import.meta.url));
