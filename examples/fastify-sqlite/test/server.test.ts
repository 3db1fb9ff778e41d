import { exampleContract } from "@jobber-sync-examples/backend/contract";

exampleContract({
  start: new URL("../src/start.ts", import.meta.url),
  deliveries: new URL("../src/deliveries.ts", import.meta.url),
});
