#!/usr/bin/env node
import process from "node:process";

// node:sqlite needs no flag from 22.13 on.
const FLOOR = [22, 13] as const;

const [major = 0, minor = 0] = process.versions.node.split(".").map(Number);
if (major < FLOOR[0] || (major === FLOOR[0] && minor < FLOOR[1])) {
  process.stderr.write(
    `error ERR_CLI_CONFIG: jobber-sync needs Node ${FLOOR.join(".")} or newer; this is ${process.versions.node}.\n`,
  );
  process.exitCode = 2;
} else {
  const { processIo } = await import("./cli-io.ts");
  const { runCli } = await import("./run-cli.ts");
  const code = await runCli(process.argv.slice(2), processIo(process));
  // A pool of the user's configuration may keep the process alive.
  process.stdout.write("", () => process.exit(code));
}
