import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { signedRequest } from "@jobber-sync/testing";
import { startExampleProcess } from "@jobber-sync-examples/backend/contract";
import { afterAll, expect, test, vi } from "vitest";
import { removeShared } from "./remove-shared.ts";

const SECRET = "the client secret of the example's test";
const folder = mkdtempSync(join(tmpdir(), "jobber-sync-example-pg-"));
const tenants = join(folder, "tenants.json");
writeFileSync(tenants, JSON.stringify([{ slug: "acme", secrets: [SECRET] }]));
const env = {
  PORT: "0",
  JOBBER_TENANTS: tenants,
  JOBBER_SYNC_DB: join(folder, "unused"),
  JOBBER_SYNC_PGDATA: join(folder, "pg"),
  DATABASE_URL: "",
};
afterAll(async () => {
  await removeShared(join(folder, "pg"));
  await removeShared(folder);
}, 60_000);

const WAIT = { timeout: 20_000, interval: 50 };

function startWorker(): { readonly child: ChildProcess; output(): string } {
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

test("receiver and worker are two programs: one answers while the other is away, which then catches up", async () => {
  // Both look for the server at once; one of them starts it.
  const early = startWorker();
  const receiver = await startExampleProcess(new URL("../src/receiver.ts", import.meta.url), env);
  try {
    const post = async (payload: object) => {
      const answer = await fetch(`${receiver.url}/webhooks/jobber/acme`, {
        method: "POST",
        ...signedRequest(payload, SECRET),
      });
      return answer.status;
    };
    const jobs = async () => {
      const answer = await fetch(`${receiver.url}/records/acme/jobs`);
      return (await answer.json()) as { title: string }[];
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

    const late = startWorker();
    await vi.waitFor(async () => expect(await jobs()).toMatchObject([{ title: "second" }]), WAIT);
    late.child.kill("SIGTERM");
    await once(late.child, "close");
  } finally {
    receiver.kill("SIGTERM");
    expect(await receiver.ended).toBe(0);
  }
}, 60_000);
