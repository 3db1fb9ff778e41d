import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { startOwnServer } from "../../packages/postgres/test/embedded-postgres.ts";
import type { Target } from "./open-backend.ts";

/** A database that is gone when it is closed. */
export interface TemporaryTarget {
  readonly target: Target;
  close(): Promise<void>;
}

/** A new SQLite file, or a PostgreSQL server of its own. */
export async function temporaryTarget(kind: Target["kind"]): Promise<TemporaryTarget> {
  if (kind === "postgres") {
    const { connectionString, stop } = await startOwnServer();
    return { target: { kind, url: connectionString }, close: stop };
  }
  const folder = await mkdtemp(join(tmpdir(), "jobber-sync-campaign-"));
  return {
    target: { kind, path: join(folder, "jobber.db") },
    close: () => rm(folder, { recursive: true, force: true }),
  };
}
