import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqlite } from "@jobber-sync/sqlite";
import { createSimulator, type Simulator } from "@jobber-sync/testing/simulator";
import { onTestFinished } from "vitest";
import { createJobberSync, type JobberSyncOptions } from "../../src/index.ts";

/** Opens a simulated Jobber and a sync on a SQLite file; both end with the test. */
export async function openSync(options: Partial<JobberSyncOptions> = {}) {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-"));
  const jobber = await createSimulator();
  const lines: { readonly details: object; readonly message: string }[] = [];
  const log = (details: object, message: string) => void lines.push({ details, message });
  const database = openSqlite(join(folder, "sync.db"));
  const sync = createJobberSync({
    database,
    app: appOf(jobber),
    logger: { info: log, warn: log, error: log },
    worker: { looksMs: [50] },
    ...options,
  });
  onTestFinished(async () => {
    await sync.stop({ graceMs: 1000 });
    await jobber.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { jobber, sync, database, lines };
}

/** Returns the simulated app as options of `createJobberSync`. */
function appOf({ clientId, clientSecret, endpoint, version }: Simulator) {
  const encryptionKeys = [{ id: "1", key: randomBytes(32) }];
  return { clientId, clientSecret, endpoint, version, encryptionKeys };
}
