import { statSync } from "node:fs";
import { isJobberSyncError } from "@jobber-sync/core";
import type { DatabaseProblem } from "@jobber-sync/core/ports";
import { readPragma } from "../database/read-pragma.ts";
import type { SqliteHandle } from "../database/sqlite-handle.ts";
import { checkSchema } from "./check-schema.ts";

/** `synchronous` as a number: OFF 0, NORMAL 1, FULL 2, EXTRA 3. */
const FULL = 2;
const OTHERS = 0o077;

/** Looks for problems of an open database. Changes nothing. */
export function diagnose(handle: SqliteHandle): readonly DatabaseProblem[] {
  const problems: DatabaseProblem[] = [];
  const file = readPragma(handle, "database_list", "file");
  const path = typeof file === "string" ? file : "";
  if (path !== "") {
    const synchronous = Number(readPragma(handle, "synchronous", "synchronous"));
    const journal = readPragma(handle, "journal_mode", "journal_mode");
    if (synchronous < FULL || journal !== "wal") {
      const message = `journal_mode is ${journal} and synchronous is ${synchronous}, so a power failure would lose acknowledged deliveries. Run PRAGMA journal_mode = WAL and PRAGMA synchronous = FULL on the handle.`;
      problems.push({ check: "durability", message });
    }
    if (process.platform !== "win32" && (statSync(path).mode & OTHERS) !== 0) {
      const message = `Other users of this machine may read ${path}, which holds customers' data. Run chmod 600 on it and on its -wal and -shm files.`;
      problems.push({ check: "rights", message });
    }
  }
  try {
    checkSchema(handle);
  } catch (error) {
    if (!isJobberSyncError(error)) throw error;
    problems.push({ check: "schema", message: error.message });
  }
  return problems;
}
