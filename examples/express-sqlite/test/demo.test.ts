import { demoContract } from "@jobber-sync-examples/backend/contract";

demoContract(new URL("../src/demo.ts", import.meta.url));
