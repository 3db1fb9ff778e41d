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
try {
  const ok = await runDemo({
    title: "Fastify on PostgreSQL",
    start: (settings) => startServer(settings, () => connect(server.connectionString, "worker")),
  });
  process.exitCode = ok ? 0 : 1;
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
