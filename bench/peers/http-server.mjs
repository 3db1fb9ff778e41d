// Runs the Express route of one library in its own process: node http-server.mjs <library>. Sends
// its port, then its CPU time in reply to every message.

import { createRequire } from "node:module";
import process from "node:process";
import { PEERS } from "./peers.mjs";

// The Express of the other routes, from the benchmark's own dependencies.
const express = createRequire(new URL("../run.ts", import.meta.url))("express");

const app = express();
PEERS[process.argv[2]].mount(app, express);
const server = app.listen(0, () => process.send({ port: server.address().port }));
process.on("message", () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuMicros: user + system });
});
