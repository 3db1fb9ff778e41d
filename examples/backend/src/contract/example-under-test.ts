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
/**
 * Options for `vi.waitFor`, which polls because a worker's progress is visible only in the records.
 */
export const WAIT = { timeout: 30_000, interval: 20 };
/** Time limit for tests that start processes. Milliseconds. */
export const SLOW_MS = 120_000;

/** The database of an example, opened by another program. */
interface OpenedDatabase {
  readonly inbox: Inbox;
  readonly store: SyncStore;
  close(): void | Promise<void>;
}

/** Options for the example contracts: the programs of one example. */
export interface ExampleContractOptions {
  /** The server. */
  readonly start: URL;
  /** The operator's command. */
  readonly deliveries: URL;
  /** Opens the database that a server with this environment uses. */
  readonly open: (env: NodeJS.ProcessEnv) => OpenedDatabase | Promise<OpenedDatabase>;
  /** Variables in addition to those that the suite sets. */
  readonly env?: NodeJS.ProcessEnv;
}

/** One server for all tests of a file, in a temporary folder. It listens on every interface. */
export interface ExampleUnderTest extends ExampleContractOptions {
  folder(): string;
  /** The environment that the server was started with. */
  settings(): NodeJS.ProcessEnv;
  server(): ExampleProcess;
  /** Stops the server, runs `body`, and starts the server again with the same settings. */
  whileStopped(body: () => Promise<void>): Promise<void>;
  /** Starts the server again, with the same settings. */
  restart(): Promise<void>;
  /** Sends a signed delivery to the tenant. */
  post(
    payload: object | string,
    secret?: string,
  ): Promise<{ readonly status: number; readonly body: unknown }>;
  /** Fetches the tenant's records of one kind. */
  records(kind: string): Promise<readonly object[]>;
}

/** Starts the server before the tests of a file and stops it after them. */
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
    settings = {
      PORT: "0",
      HOST: "0.0.0.0",
      JOBBER_SYNC_DB: database,
      JOBBER_TENANTS: tenants,
      ...options.env,
    };
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
