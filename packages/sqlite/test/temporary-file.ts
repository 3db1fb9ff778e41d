import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A path for a database in a folder of its own, which is deleted when the test has ended. */
export function temporaryFile(): string {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-sqlite-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, "jobber.db");
}
