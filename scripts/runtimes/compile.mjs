// Compiles one of the projects that make-type-consumer.ts wrote. Errors inside other people's
// declarations do not count: the frameworks' newest types may need a newer TypeScript than the
// oldest one supported here.
import { spawnSync } from "node:child_process";
import process from "node:process";

const [setting] = process.argv.slice(2);
const { stdout, error } = spawnSync(
  process.execPath,
  ["node_modules/typescript/bin/tsc", "-p", setting, "--pretty", "false"],
  { encoding: "utf8" },
);
if (error) throw error;
const failures = stdout
  .split("\n")
  .filter((line) => /: error TS|^error TS/.test(line))
  .filter((line) => !line.includes("node_modules/") || /node_modules\/@?jobber-sync\//.test(line));
console.log(JSON.stringify({ passed: failures.length === 0 ? 1 : 0, failures }));
