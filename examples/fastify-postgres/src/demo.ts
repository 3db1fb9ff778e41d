import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runDemo } from "@jobber-sync-examples/backend/demo";
import { connect } from "./open-database.ts";
import { startEmbeddedPostgres } from "./postgres/embedded-postgres.ts";
import { startServer } from "./server.ts";

// Starts its own server, so that the demo begins with an empty database.
const folder = await mkdtemp(join(tmpdir(), "jobber-sync-demo-"));
const server = await startEmbeddedPostgres(folder);
let ok = false;
try {
  ok = await runDemo({
    title: "Fastify on PostgreSQL",
    start: (settings) => startServer(settings, () => connect(server.connectionString, "worker")),
  });
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
// Not process.exitCode, which embedded-postgres overrides with 0 when the process ends by itself.
process.exit(ok ? 0 : 1);
