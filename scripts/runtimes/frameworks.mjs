// Runs the code of docs/frameworks.md: each framework receives a signed and a forged delivery.
import assert from "node:assert/strict";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import process from "node:process";
import { pathToFileURL } from "node:url";
import { serve } from "@hono/node-server";
import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";

const SECRET = "the OAuth client secret of the app";
const BODY = '{"event":"job.created","data":{"id":"123","title":"Zoë"}}';
const PATH = "/webhooks/jobber/acme";
const RECEIVER = `
import { createMemoryStore, createReceiver } from "@jobber-sync/core";
export const receiver = createReceiver({
  tenants: [{ slug: "acme", secrets: "${SECRET}" }],
  store: createMemoryStore(),
});
`;

const [nest, next, hono] = [
  ...readFileSync("frameworks.md", "utf8").matchAll(/^```js\n(.*?)^```/gms),
].map(([, code]) => code);

/** Sends a signed delivery, a duplicate and a forgery. */
async function deliver(url) {
  const post = (secret) =>
    fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "x-jobber-hmac-sha256": signPayload(BODY, secret),
      },
      body: BODY,
    });
  const accepted = await post(SECRET);
  assert.deepEqual([accepted.status, await accepted.json()], [200, { status: "accepted" }]);
  assert.equal((await (await post(SECRET)).json()).status, "duplicate");
  assert.equal((await post(`${SECRET}!`)).status, 401);
}

function openReceiver() {
  const logger = { info() {}, warn() {}, error() {} };
  const tenants = [{ slug: "acme", secrets: SECRET }];
  return createReceiver({ tenants, store: createMemoryStore(), logger });
}

/** Writes a module and imports it. */
async function load(name, code) {
  writeFileSync(name, code);
  return import(pathToFileURL(name).href);
}

async function onNest() {
  await import("reflect-metadata");
  const { Module } = await import("@nestjs/common");
  class AppModule {}
  Module({})(AppModule);
  const { startNest } = await load("nest.mjs", nest);
  const app = await startNest(AppModule, openReceiver(), 0);
  await deliver(`${await app.getUrl()}${PATH}`);
  await app.close();
}

async function onNext() {
  const route = "app/api/webhooks/jobber/[[...slug]]";
  mkdirSync(route, { recursive: true });
  writeFileSync(`${route}/route.js`, next);
  writeFileSync("jobber.mjs", RECEIVER);
  const { default: createNext } = await import("next");
  const app = createNext({ dev: true, dir: process.cwd() });
  await app.prepare();
  const server = createServer(app.getRequestHandler());
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  await deliver(`http://127.0.0.1:${server.address().port}/api${PATH}`);
}

async function onHono() {
  const { createApp } = await load("hono.mjs", hono);
  const app = createApp(openReceiver());
  const server = await new Promise((resolve) => {
    const started = serve({ fetch: app.fetch, port: 0, hostname: "127.0.0.1" }, () =>
      resolve(started),
    );
  });
  await deliver(`http://127.0.0.1:${server.address().port}${PATH}`);
}

let passed = 0;
const failures = [];
for (const run of [onNest, onHono, onNext]) {
  try {
    await run();
    passed += 1;
  } catch (error) {
    failures.push(`${run.name}: ${error?.stack ?? error}`);
  }
}
console.log(JSON.stringify({ passed, failures }));
process.exit();
