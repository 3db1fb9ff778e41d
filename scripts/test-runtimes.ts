import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import process from "node:process";
import { installRuntimes } from "./runtimes/install-runtimes.ts";
import { makeConsumers } from "./runtimes/make-consumers.ts";
import { MODULE_SETTINGS } from "./runtimes/make-type-consumer.ts";
import { packPackages } from "./runtimes/pack-packages.ts";
import { type Check, runChecks } from "./runtimes/run-checks.ts";

// `npm run test:runtimes`: tests the packed tarballs, installed as users install them, on every
// supported runtime.

const vectors = process.env.JOBBER_SYNC_VECTORS;
const wycheproof =
  vectors === undefined ? undefined : join(vectors, "wycheproof_hmac_sha256_test.json");
const env = wycheproof !== undefined && existsSync(wycheproof) ? { WYCHEPROOF: wycheproof } : {};

const runtimes = await installRuntimes();
const names = readdirSync(new URL("../packages/", import.meta.url));
const tarballs = await packPackages(names);
const { conformance, consumers, frameworks, types } = await makeConsumers(tarballs, runtimes);

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
        {
          runtime: newest,
          what: "NestJS, Next.js, Hono: a signed delivery",
          folder: frameworks,
          args: ["frameworks.mjs"],
          env: { NEXT_TELEMETRY_DISABLED: "1" },
        },
        ...MODULE_SETTINGS.map((setting) => ({
          runtime: newest,
          what: `TypeScript 5.4, ${setting}`,
          folder: types,
          args: ["compile.mjs", setting],
          env: {},
        })),
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
