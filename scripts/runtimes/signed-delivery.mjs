import assert from "node:assert/strict";
import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
import { createFetchHandler } from "@jobber-sync/web";

const SECRET = "the OAuth client secret of the app";
const BODY = '{"event":"job.created","data":{"id":"123","title":"Zoë"}}';

/** Creates a handler as users of the web package do. */
export function createHandler(basePath = "") {
  const store = createMemoryStore();
  const logger = { info() {}, warn() {}, error() {} };
  const receiver = createReceiver({ tenants: [{ slug: "acme", secrets: SECRET }], store, logger });
  return createFetchHandler(receiver, { basePath });
}

/** Sends valid, forged and misdirected requests to a server and checks its responses. */
export async function deliver(send) {
  const post = (path, secret) =>
    send(path, {
      method: "POST",
      headers: { "x-jobber-hmac-sha256": signPayload(BODY, secret) },
      body: BODY,
    });
  const accepted = await post("/webhooks/jobber/acme", SECRET);
  assert.deepEqual([accepted.status, await accepted.json()], [200, { status: "accepted" }]);
  assert.equal((await (await post("/webhooks/jobber/acme", SECRET)).json()).status, "duplicate");
  assert.equal((await post("/webhooks/jobber/acme", `${SECRET}!`)).status, 401);
  assert.equal((await post("/webhooks/jobber", SECRET)).status, 404);
  assert.equal((await send("/webhooks/jobber/acme", { method: "GET" })).status, 405);
}
