import { type ChildProcess, fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createJobberApi } from "@jobber-sync/api";
import { encryptTokens } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { createSimulator } from "@jobber-sync/testing/simulator";
import { onTestFinished } from "vitest";
import { addJob, grantOf } from "./open-api.ts";

/** Settings of a caller process. */
export interface CallerSettings {
  readonly path: string;
  readonly key: { readonly id: string; readonly key: string };
  readonly api: {
    readonly endpoint: string;
    readonly version: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly maxRequests: number;
  };
  readonly jobId: string;
  readonly callers: number;
  readonly dies: boolean;
}

/** Connects a tenant with its tokens in a SQLite file, for processes that share it. */
export async function openShared() {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-callers-"));
  const limits = { requests: 1e9, maximumAvailable: 1e9, restoreRate: 1e9 };
  const jobber = await createSimulator({ limits });
  const account = jobber.addAccount();
  const { job } = addJob(account);
  const sqlite = openSqlite(join(folder, "jobber.db"));
  const key = { id: "k1", key: randomBytes(32).toString("base64") };
  const { endpoint, version, clientId, clientSecret } = jobber;
  const api = { endpoint, version, clientId, clientSecret, maxRequests: 1e9 };
  const tokens = encryptTokens(sqlite.tokens, [key]);
  const children: ChildProcess[] = [];
  onTestFinished(async () => {
    for (const child of children) child.kill("SIGKILL");
    await sqlite.close();
    await jobber.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const connect = (): Promise<string> =>
    createJobberApi({ ...api, tokens }).connect("acme", grantOf(jobber, account, Date.now()));
  await connect();

  async function start(callers: number, dies = false): Promise<ChildProcess> {
    const settings: CallerSettings = {
      path: join(folder, "jobber.db"),
      key,
      api,
      jobId: job.id,
      callers,
      dies,
    };
    const child = fork(
      new URL("./caller-process.ts", import.meta.url),
      [JSON.stringify(settings)],
      {
        execArgv: ["--conditions=jobber-sync-source"],
      },
    );
    children.push(child);
    await once(child, "message");
    return child;
  }
  return { jobber, account, tokens, start, connect };
}

/** Starts a round of calls in every process at once, and returns the results. */
export async function callTogether(children: readonly ChildProcess[]): Promise<readonly string[]> {
  const responses = children.map((child) => once(child, "message"));
  for (const child of children) child.send("go");
  return (await Promise.all(responses)).flatMap(([results]) => results as string[]);
}
