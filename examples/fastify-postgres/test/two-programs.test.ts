import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signedRequest } from "@jobber-sync/testing";
import { startExampleProcess } from "@jobber-sync-examples/backend/contract";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { startEmbeddedPostgres } from "../src/postgres/embedded-postgres.ts";
import { removeShared } from "./support/remove-shared.ts";

const SECRET = "the client secret of the example's test";
const WAIT = { timeout: 20_000, interval: 50 };

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "jobber-sync-example-pg-"));
  await writeFile(
    join(folder, "tenants.json"),
    JSON.stringify([{ slug: "acme", secrets: [SECRET] }]),
  );
});

afterAll(() => rm(folder, { recursive: true, force: true }));

function settings(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return {
    PORT: "0",
    JOBBER_TENANTS: join(folder, "tenants.json"),
    JOBBER_SYNC_DB: join(folder, "unused"),
    ...env,
  };
}

function startWorker(env: NodeJS.ProcessEnv): { readonly child: ChildProcess; output(): string } {
  const file = new URL("../src/worker.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, ["--conditions=jobber-sync-source", file], {
    env: { ...process.env, ...env },
    stdio: ["ignore", "pipe", "inherit"],
  });
  let printed = "";
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    printed += text;
  });
  return { child, output: () => printed };
}

/** One answers while the other is away, which then catches up. Resolves with what both printed. */
async function receiveAndWork(env: NodeJS.ProcessEnv): Promise<string> {
  // Both look for the server at once; one of them starts it.
  const early = startWorker(env);
  const receiver = await startExampleProcess(new URL("../src/receiver.ts", import.meta.url), env);
  try {
    const post = async (payload: object) => {
      const response = await fetch(`${receiver.url}/webhooks/jobber/acme`, {
        method: "POST",
        ...signedRequest(payload, SECRET),
      });
      return response.status;
    };
    const jobs = async () => {
      const response = await fetch(`${receiver.url}/records/acme/jobs`);
      return (await response.json()) as { title: string }[];
    };
    await vi.waitFor(() => expect(early.output()).toContain("Worker: running"), WAIT);
    expect(await post({ event: "job.created", data: { id: "1", title: "first" } })).toBe(200);
    await vi.waitFor(async () => expect(await jobs()).toMatchObject([{ title: "first" }]), WAIT);

    early.child.kill("SIGTERM");
    const [code] = await once(early.child, "close");
    expect(code).toBe(0);
    expect(early.output()).toMatch(/SIGTERM: stopping\nstopped\n$/);

    expect(await post({ event: "job.updated", data: { id: "1", title: "second" } })).toBe(200);
    expect(await jobs()).toMatchObject([{ title: "first" }]);

    const late = startWorker(env);
    await vi.waitFor(async () => expect(await jobs()).toMatchObject([{ title: "second" }]), WAIT);
    late.child.kill("SIGTERM");
    await once(late.child, "close");
    return early.output() + receiver.output();
  } finally {
    receiver.kill("SIGTERM");
    expect(await receiver.ended).toBe(0);
  }
}

test("receiver and worker are two programs, on the PostgreSQL that comes with them", async () => {
  const data = join(folder, "shared");
  await receiveAndWork(settings({ JOBBER_SYNC_PGDATA: data, DATABASE_URL: "" }));
  await removeShared(data);
}, 60_000);

test("they work on the server that DATABASE_URL names, and start none of their own", async () => {
  const server = await startEmbeddedPostgres(join(folder, "own"));
  try {
    const unused = join(folder, "never-started");
    const env = { DATABASE_URL: server.connectionString, JOBBER_SYNC_PGDATA: unused };
    const printed = await receiveAndWork(settings(env));
    const { host } = new URL(server.connectionString);
    expect(printed.match(new RegExp(`database PostgreSQL at ${host}/postgres`, "g"))).toHaveLength(
      2,
    );
    expect(printed).not.toContain("postgres:postgres@");
    expect(existsSync(unused)).toBe(false);
  } finally {
    await server.stop();
  }
}, 60_000);
