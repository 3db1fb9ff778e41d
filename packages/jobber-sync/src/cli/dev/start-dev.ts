import { randomBytes } from "node:crypto";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { openSqlite } from "@jobber-sync/sqlite";
import { notificationPayload } from "@jobber-sync/testing";
import { createSimulator } from "@jobber-sync/testing/simulator";
import { createJobberSync, type JobberSync, type JobberSyncOptions } from "jobber-sync";
import type { LoopbackServer } from "../serve-loopback.ts";
import { serveLoopback } from "../serve-loopback.ts";
import { createControlHandler } from "./control-server.ts";
import { createDevRoutes } from "./dev-routes.ts";
import {
  createDevFolder,
  type DevSession,
  removeDevSession,
  writeDevSession,
} from "./dev-session.ts";
import { printEvents, printingLogger } from "./print-events.ts";
import { addSampleAccount } from "./sample-account.ts";
import type { SimulatedSide } from "./trigger-event.ts";

/** Options for {@link startDev}. */
export interface DevOptions {
  readonly cwd: string;
  readonly port: number;
  /** Whether a free port may replace one that is in use. */
  readonly orFree: boolean;
  /** Your handlers and settings; the database, the app and the tenants are replaced. */
  readonly yours: Partial<JobberSyncOptions>;
  /** Prints a line about each webhook. */
  readonly print: (line: string) => void;
}

/** A running `jobber-sync dev`. */
export interface RunningDev extends SimulatedSide {
  readonly session: DevSession;
  readonly sync: JobberSync;
  /** The body of a webhook about the first sample job. */
  readonly sampleBody: string;
  stop(): Promise<void>;
}

/** The tenant of the sample account. */
export const DEV_TENANT = "acme";

/**
 * Starts a simulated Jobber with sample data, and a backend on a new SQLite file that is connected
 * to it: receiver, worker and reconcile. Everything is in this process and on the loopback.
 */
export async function startDev(options: DevOptions): Promise<RunningDev> {
  const { cwd, yours } = options;
  const closing: (() => Promise<void> | void)[] = [];
  const stop = async () => {
    for (const close of closing.splice(0).reverse()) await close();
  };
  try {
    const jobber = await createSimulator({ clientSecret: randomBytes(24).toString("hex") });
    closing.push(() => jobber.close());
    const account = addSampleAccount(jobber, Date.now());
    jobber.approveAs(account);
    const app = {
      clientId: jobber.clientId,
      clientSecret: jobber.clientSecret,
      endpoint: jobber.endpoint,
      version: jobber.version,
      encryptionKeys: [{ id: "dev", key: randomBytes(32).toString("base64") }],
    };
    const database = join(createDevFolder(cwd), "dev.db");
    for (const suffix of ["", "-wal", "-shm"]) rmSync(`${database}${suffix}`, { force: true });
    const { tenants: _, ...rest } = yours;
    const sync = createJobberSync({
      logger: printingLogger(options.print),
      ...rest,
      database: openSqlite(database),
      app,
      tenants: [{ slug: DEV_TENANT }],
      hooks: { ...rest.hooks, ...printEvents(options.print, rest.hooks) },
      receiver: { ...rest.receiver, development: true },
    });
    closing.push(() => sync.stop({ graceMs: 2000 }));
    await sync.start();
    const server = await serveLoopback(
      createDevRoutes(sync, DEV_TENANT, printingLogger(options.print)),
      options,
    );
    closing.push(server.close);
    jobber.webhooks.subscribe(account.id, webhookUrl(server));
    const { accessToken, refreshToken, expiresAt } = jobber.connect(account);
    const serverTime = Date.now();
    const lifetimeMs = expiresAt - serverTime;
    await sync.api?.connect(DEV_TENANT, { accessToken, refreshToken, lifetimeMs, serverTime });
    // The records of the sample account are there before anything is printed.
    await sync.reconciler?.soon(DEV_TENANT);
    const controlToken = randomBytes(24).toString("base64url");
    const control = await serveLoopback(
      createControlHandler({ jobber, account, sync, tenant: DEV_TENANT, token: controlToken }),
      { port: 0 },
    );
    closing.push(control.close);
    const session: DevSession = {
      pid: process.pid,
      url: server.url,
      controlUrl: control.url,
      controlToken,
      tenant: DEV_TENANT,
      database,
      app,
    };
    writeDevSession(cwd, session);
    closing.push(() => removeDevSession(cwd));
    const itemId = account.all("job")[0]?.id;
    const occurredAt = `${new Date().toISOString().slice(0, 19)}Z`;
    const { appId } = jobber;
    const sample = notificationPayload("JOB_UPDATE", {
      appId,
      accountId: account.id,
      itemId,
      occurredAt,
    });
    return { session, sync, jobber, account, sampleBody: JSON.stringify(sample), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Returns the URL that the tenant's webhooks are sent to. */
export function webhookUrl({ url }: Pick<LoopbackServer, "url">): string {
  return `${url}/webhooks/jobber/${DEV_TENANT}`;
}
