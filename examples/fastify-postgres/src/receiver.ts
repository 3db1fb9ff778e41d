import { startExample } from "@jobber-sync-examples/backend";
import { startReceiver } from "./start-receiver.ts";

await startExample("Receiver: Fastify on PostgreSQL", startReceiver);
