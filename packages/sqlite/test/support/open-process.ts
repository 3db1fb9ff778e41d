// Opens a database as another user: `open-process.ts <path>`. Prints the code and message of the
// error.
import process from "node:process";
import { isJobberSyncError } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";

const [path = ""] = process.argv.slice(2);
try {
  await openSqlite(path).close();
} catch (error) {
  if (!isJobberSyncError(error)) throw error;
  console.log(JSON.stringify({ code: error.code, message: error.message }));
}
