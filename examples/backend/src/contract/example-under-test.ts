import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Inbox, SyncStore } from "@jobber-sync/core/ports";
import { signedRequest } from "@jobber-sync/testing";
import { afterAll, beforeAll, expect } from "vitest";
import { type ExampleProcess, startExampleProcess } from "./example-process.ts";

/** The tenant's secret. */
export const SECRET = "the client secret of the example's test";
/** The tenant's Jobber account. */
export const ACCOUNT = "Z2lkOi8vSm9iYmVyL0FjY291bnQvMTA1OTI=";
/** For `vi.waitFor`: what a worker does is seen from outside only by looking again. */
export const WAIT = { timeout: 10_000, interval: 20 };
/** For tests that start processes. */
export const SLOW_MS = 30_000;

/** An example's database, as a program of one's own has it. */
interface OpenedDatabase {
  readonly inbox: Inbox;
  readonly store: SyncStore;
  close(): void | Promise<void>;
}

/** Where an example's programs are. */
export interface ExampleContractOptions {
  /** The server. */
  readonly start: URL;
  /** The operator's script. */
  readonly deliveries: URL;
  /** Opens the database that a server with this environment has. */
  readonly open: (env: NodeJS.ProcessEnv) => OpenedDatabase | Promise<OpenedDatabase>;
  /** Beside what the suite sets. */
  readonly env?: NodeJS.ProcessEnv;
}

/** One server for all tests of a file, in a temporary folder. */
export interface ExampleUnderTest extends ExampleContractOptions {
  folder(): string;
  /** What the server was started with. */
  settings(): NodeJS.ProcessEnv;
  server(): ExampleProcess;
  /** Stops the server, does something, and starts it again with the same settings. */
  whileStopped(body: () => Promise<void>): Promise<void>;
  /** Starts the server again, with the same settings. */
  restart(): Promise<void>;
  /** Sends a signed delivery to the tenant. */
  post(
    payload: object | string,
    secret?: string,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** The tenant's records. */
  records(kind: string): Promise<readonly object[]>;
}

export function exampleUnderTest(options: ExampleContractOptions): ExampleUnderTest {
  let folder: string;
  let settings: NodeJS.ProcessEnv;
  let server: ExampleProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "jobber-sync-example-"));
    const tenants = join(folder, "tenants.json");
    await writeFile(
      tenants,
      JSON.stringify([{ slug: "acme", secrets: [SECRET], accountIds: [ACCOUNT] }]),
    );
    const database = join(folder, "example.db");
    settings = { PORT: "0", JOBBER_SYNC_DB: database, JOBBER_TENANTS: tenants, ...options.env };
    server = await startExampleProcess(options.start, settings);
  }, SLOW_MS);

  afterAll(async () => {
    server?.kill("SIGKILL");
    await server?.ended;
    await rm(folder, { recursive: true, force: true });
  });

  const restart = async () => {
    server = await startExampleProcess(options.start, settings);
  };

  return {
    ...options,
    folder: () => folder,
    settings: () => settings,
    server: () => server,
    restart,
    async whileStopped(body) {
      server.kill("SIGTERM");
      await server.ended;
      await body();
      await restart();
    },
    async post(payload, secret = SECRET) {
      const request = signedRequest(payload, secret);
      const response = await fetch(`${server.url}/webhooks/jobber/acme`, {
        method: "POST",
        ...request,
      });
      return { status: response.status, body: await response.json() };
    },
    async records(kind) {
      const response = await fetch(`${server.url}/records/acme/${kind}`);
      expect(response.status).toBe(200);
      return (await response.json()) as object[];
    },
  };
}
