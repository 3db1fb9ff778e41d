import { startExample } from "@jobber-sync-examples/backend";
import { startServer } from "./server.ts";

await startExample("Fastify on PostgreSQL", startServer);
