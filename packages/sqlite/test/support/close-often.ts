import { spawn } from "node:child_process";
import { END_WITH_PARENT } from "./start-child.ts";

// Plain JavaScript for a process that starts at once.
const CLOSE_OFTEN = `
  const { DatabaseSync } = require("node:sqlite");
  const again = () => {
    try {
      const database = new DatabaseSync(process.argv[1]);
      database.prepare("SELECT count(*) FROM jobber_deliveries").get();
      database.close();
    } catch {}
    setTimeout(again, Math.random() * 20);
  };
  again();
`;

/**
 * Starts a process that opens and closes a database without pause. Where SQLite's locks are gone,
 * it removes the log with every close. @returns stops it
 */
export function closeOften(path: string): () => void {
  const flags = ["--disable-warning=ExperimentalWarning", `--import=${END_WITH_PARENT}`];
  const child = spawn(process.execPath, [...flags, "-e", CLOSE_OFTEN, path], {
    stdio: ["pipe", "ignore", "ignore"],
  });
  return () => void child.kill("SIGKILL");
}
