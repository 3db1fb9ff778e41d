// A worker process: `worker-process.ts <settings as JSON>`. Runs until it receives a message.
import process from "node:process";
import { createJobberApi } from "@jobber-sync/api";
import { createWorker } from "@jobber-sync/core";
import { openBackend } from "./open-backend.ts";
import type { WorkerSettings } from "./worker-settings.ts";

const settings: WorkerSettings = JSON.parse(process.argv[2] ?? "");
const backend = await openBackend(settings.backend);
const api = createJobberApi({ ...settings.api, tokens: backend.tokens, lease: backend.lease });
const logger = {
  info: () => {},
  warn: () => {},
  error: (details: { readonly code?: string }) => {
    if (process.connected) process.send?.(String(details.code));
  },
};
const worker = createWorker({
  inbox: backend.inbox,
  store: backend.store,
  source: api,
  fetchesPerSecond: settings.fetchesPerSecond,
  looksMs: settings.looksMs,
  logger,
});
worker.start();
process.send?.("ready");
// The test has ended or was killed.
process.once("disconnect", () => process.exit());
process.once("message", async () => {
  await worker.stop();
  await backend.close();
  process.disconnect();
});
