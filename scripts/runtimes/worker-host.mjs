// Runs the bundled in-worker.mjs in workerd and prints the results of its own tests and of
// deliveries over its port.
import { readFileSync } from "node:fs";
import process from "node:process";
import { Miniflare } from "miniflare";
import { deliver } from "./signed-delivery.mjs";
import { createTally } from "./tally.mjs";

const worker = new Miniflare({
  modules: true,
  scriptPath: "worker.js",
  compatibilityDate: "2026-01-01",
  compatibilityFlags: ["nodejs_compat"],
});
const url = (await worker.ready).origin;
const { WYCHEPROOF } = process.env;
const init = WYCHEPROOF ? { method: "POST", body: readFileSync(WYCHEPROOF) } : {};
const inside = await (await fetch(`${url}/conformance`, init)).json();
const { it, run } = createTally();
it("a delivery to workerd", () => deliver((path, request) => fetch(url + path, request)));
const outside = await run();
await worker.dispose();
console.log(
  JSON.stringify({
    passed: inside.passed + outside.passed,
    failures: [...inside.failures, ...outside.failures],
  }),
);
