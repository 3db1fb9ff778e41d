import { existsSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { installRuntimes } from "./runtimes/install-runtimes.ts";
import { makeConsumers } from "./runtimes/make-consumers.ts";
import { packPackages } from "./runtimes/pack-packages.ts";
import { type Check, runChecks } from "./runtimes/run-checks.ts";

// `pnpm test:runtimes`: the packed tarballs, as users would install them, on every runtime that we say they run on.

const vectors = process.env.JOBBER_SYNC_VECTORS;
const wycheproof =
  vectors === undefined ? undefined : join(vectors, "wycheproof_hmac_sha256_test.json");
const env = wycheproof !== undefined && existsSync(wycheproof) ? { WYCHEPROOF: wycheproof } : {};

const runtimes = await installRuntimes();
const tarballs = await packPackages(["core", "express", "fastify", "web", "testing"]);
const { conformance, consumers } = await makeConsumers(tarballs, runtimes);

const newest = runtimes.nodes.at(-1);
const checks: Check[] = [
  ...[...runtimes.nodes, runtimes.bun, runtimes.deno].map((runtime) => ({
    runtime,
    what: "core's vectors, web contract, delivery",
    folder: conformance,
    args: ["in-server.mjs"],
    env,
  })),
  ...(newest === undefined
    ? []
    : [
        {
          runtime: { ...newest, name: "workerd", version: runtimes.workerdVersion },
          what: "core's vectors, web contract, delivery",
          folder: conformance,
          args: ["worker-host.mjs"],
          env,
        },
      ]),
  ...consumers.flatMap(({ name, folder, file }) =>
    runtimes.nodes.map((runtime) => ({
      runtime,
      what: `consumer: ${name}`,
      folder,
      args: [file],
      env: {},
    })),
  ),
];
process.exitCode = await runChecks(checks);
