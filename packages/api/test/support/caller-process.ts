// A process that calls the API: `caller-process.ts <settings as JSON>`. Each message starts a
// round.
import process from "node:process";
import { createJobberApi, type FetchLike } from "@jobber-sync/api";
import { encryptTokens, isJobberSyncError } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import type { CallerSettings } from "./start-callers.ts";

const settings: CallerSettings = JSON.parse(process.argv[2] ?? "");
const { tokens, lease } = openSqlite(settings.path);

/** Kills the process after a token response, before its tokens are stored. */
const dying: FetchLike = async (url, init) => {
  const response = await fetch(url, init);
  if (url.endsWith("/oauth/token")) process.kill(process.pid, "SIGKILL");
  return response;
};
const api = createJobberApi({
  ...settings.api,
  tokens: encryptTokens(tokens, [settings.key]),
  lease,
  ...(settings.dies ? { fetch: dying } : {}),
});

process.on("message", async () => {
  const calls = Array.from({ length: settings.callers }, () =>
    api.fetch("acme", "job", settings.jobId, { signal: AbortSignal.timeout(60_000) }).then(
      (records) => (records === null ? "gone" : "ok"),
      (error: unknown) => (isJobberSyncError(error) ? error.code : String(error)),
    ),
  );
  process.send?.(await Promise.all(calls));
});
// The test has ended or was killed.
process.once("disconnect", () => process.exit());
process.send?.("ready");
