import { createJobberApi } from "@jobber-sync/api";
import { createPush } from "@jobber-sync/push";
import { openSqlite } from "@jobber-sync/sqlite";
import { silentLogger } from "@jobber-sync/testing";

// A process that sends the changes of an outbox until it is killed.
const [path = "", endpoint = "", clientId = "", clientSecret = "", version = ""] =
  process.argv.slice(2);
const { outbox, store, tokens, lease } = openSqlite(path);
const api = createJobberApi({
  ...{ tokens, lease, version, endpoint, clientId, clientSecret, logger: silentLogger },
  timeoutMs: 500,
});
const push = createPush({
  ...{ outbox, store, request: api.request, logger: silentLogger },
  ...{ leaseMs: 300, lookAfterMs: 1000 },
});
push.start();
console.log("started");
