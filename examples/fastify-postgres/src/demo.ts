import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { runDemo } from "@jobber-sync-examples/backend/demo";
import { connect } from "./open-database.ts";
import { startEmbeddedPostgres } from "./postgres/embedded-postgres.ts";
import { startServer } from "./server.ts";

// A server of its own, so that the demo finds nothing that somebody else left there.
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
// Not exitCode: embedded-postgres ends a process that has nothing left to do with 0, whatever that says.
process.exit(ok ? 0 : 1);
