import { spawnSync } from "node:child_process";

const LOOK = `
  const { DatabaseSync } = require("node:sqlite");
  const database = new DatabaseSync(process.argv[1]);
  console.log(JSON.stringify(database.prepare(process.argv[2]).all()));
  database.close();
`;

/**
 * Reads a database in another process, which then closes it. If SQLite's locks are gone, that
 * process takes itself for the last user of the file and removes the log.
 */
function readElsewhere(path: string, sql: string): readonly Record<string, unknown>[] {
  const args = ["--disable-warning=ExperimentalWarning", "-e", LOOK, path, sql];
  const { stdout, stderr } = spawnSync(process.execPath, args, { encoding: "utf8" });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

/**
 * Returns the objects of all deliveries as another process sees them, and as a crash leaves them.
 */
export function objectsElsewhere(path: string): readonly unknown[] {
  const sql = "SELECT object_id AS id FROM jobber_deliveries ORDER BY sequence";
  return readElsewhere(path, sql).map(({ id }) => id);
}
