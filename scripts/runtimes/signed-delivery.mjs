import assert from "node:assert/strict";
import { createMemoryStore, createReceiver, signPayload } from "@jobber-sync/core";
import { createFetchHandler } from "@jobber-sync/web";

const SECRET = "the OAuth client secret of the app";
const BODY = '{"event":"job.created","data":{"id":"123","title":"Zoë"}}';

/** A handler as a user of the web package makes it. */
export function createHandler(basePath = "") {
  const store = createMemoryStore();
  const logger = { info() {}, warn() {}, error() {} };
  const receiver = createReceiver({ tenants: [{ slug: "acme", secrets: SECRET }], store, logger });
  return createFetchHandler(receiver, { basePath });
}

/** Sends a signed, a forged, a misdirected and a wrong request to a server, and checks its responses. */
export async function deliver(ask) {
  const post = (path, secret) =>
    ask(path, {
      method: "POST",
      headers: { "x-jobber-hmac-sha256": signPayload(BODY, secret) },
      body: BODY,
    });
  const accepted = await post("/webhooks/jobber/acme", SECRET);
  assert.deepEqual([accepted.status, await accepted.json()], [200, { status: "accepted" }]);
  assert.equal((await (await post("/webhooks/jobber/acme", SECRET)).json()).status, "duplicate");
  assert.equal((await post("/webhooks/jobber/acme", `${SECRET}!`)).status, 401);
  assert.equal((await post("/webhooks/jobber", SECRET)).status, 404);
  assert.equal((await ask("/webhooks/jobber/acme", { method: "GET" })).status, 405);
}
