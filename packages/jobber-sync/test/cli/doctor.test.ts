import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createMemoryCursorStore } from "@jobber-sync/core";
import { openSqlite } from "@jobber-sync/sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDev, startDev } from "../../src/cli/dev/start-dev.ts";
import type { Patient } from "../../src/cli/doctor/doctor-check.ts";
import { runDoctor } from "../../src/cli/doctor/run-doctor.ts";
import { createJobberSync, type JobberSyncOptions } from "../../src/index.ts";
import { run } from "../support/run-cli.ts";

const DAY_MS = 86_400_000;

describe("jobber-sync doctor", () => {
  let dev: RunningDev;
  let cwd: string;
  beforeAll(async () => {
    cwd = mkdtempSync(join(tmpdir(), "jobber-sync-doctor-"));
    dev = await startDev({ cwd, port: 0, orFree: false, yours: {}, print: () => {} });
  });
  afterAll(async () => {
    await dev.stop();
    rmSync(cwd, { recursive: true, force: true });
  });
  const url = () => `${dev.session.url}/webhooks/jobber/acme`;

  /** Examines the running backend with changed options. */
  async function examine(
    changes: (options: JobberSyncOptions) => Partial<JobberSyncOptions> = () => ({}),
    patient: Partial<Patient> = {},
  ) {
    const database = openSqlite(dev.session.database, { migrate: false });
    const { app } = dev.session;
    const base = { database, app, tenants: [{ slug: "acme" }] };
    const options = { ...base, ...changes(base) };
    let sync: Patient["sync"] = null;
    try {
      sync = createJobberSync({ ...options, reconcile: false });
    } catch {
      // As for the command: the checks of the options name what is wrong.
    }
    const results = await runDoctor({
      ...{ options, sync, tenants: ["acme"], url: url(), now: options.now ?? Date.now },
      signal: new AbortController().signal,
      ...patient,
    });
    await database.close();
    return results.filter(({ status }) => status === "problem");
  }
  const checks = async (...given: Parameters<typeof examine>) =>
    (await examine(...given)).map(({ check }) => check);

  it("finds no problem in a healthy set-up and exits with 0", async () => {
    const { code, out } = await run(["doctor", "--url", url()], { cwd });
    expect(out).toMatch(/no problem found$/);
    expect(out.match(/^ok /gm)).toHaveLength(12);
    expect(code).toBe(0);
  });

  it("names a secret with a line ending, and never prints it", async () => {
    const clientSecret = `${dev.session.app.clientSecret}\n`;
    const problems = await examine(({ app }) => ({ app: app && { ...app, clientSecret } }));
    expect(problems.map(({ check }) => check)).toEqual(["secret"]);
    expect(JSON.stringify(problems)).not.toContain(dev.session.app.clientSecret);
  });

  it("names a clock that differs from Jobber's", async () => {
    const problems = await examine(() => ({ now: () => Date.now() + 90_000 }));
    expect(problems).toEqual([
      expect.objectContaining({
        check: "clock",
        message: expect.stringMatching(/^(90|91) s ahead of/),
      }),
    ]);
  });

  it.each(["durability", "pooler", "rights"] as const)(
    "names %s, as the database does",
    async (check) => {
      const diagnose = async () => [{ check, message: "planted" }];
      expect(await checks(({ database }) => ({ database: { ...database, diagnose } }))).toEqual([
        check,
      ]);
    },
  );

  it("names missing tables, and leaves the checks that need them out", async () => {
    const diagnose = async () => [{ check: "schema" as const, message: "planted" }];
    expect(await checks(({ database }) => ({ database: { ...database, diagnose } }))).toEqual([
      "schema",
    ]);
    const empty = join(cwd, "empty.db");
    writeFileSync(empty, "", { mode: 0o600 });
    const { code, out } = await run(["doctor", "--database", empty], { cwd });
    expect(code).toBe(1);
    expect(out).toMatch(/^PROBLEM +schema +ERR_STORE_SCHEMA/m);
  });

  it("names an API version near the end of its life", async () => {
    const now = () => Date.parse("2027-07-01T00:00:00Z");
    const problems = await examine(() => ({}), { now });
    const version = problems.find(({ check }) => check === "version");
    expect(version?.message).toBe(
      "2026-07-27 is supported until 2027-07-27, for 26 days: move on.",
    );
  });

  it("names an encryption key that decrypts nothing", async () => {
    const encryptionKeys = [{ id: "dev", key: randomBytes(32).toString("base64") }];
    const found = await checks(({ app }) => ({ app: app && { ...app, encryptionKeys } }));
    expect(found).toEqual(["encryption key"]);
  });

  it("names a tenant whose connection is lost", async () => {
    expect(await checks(() => ({}), { tenants: ["acme", "other"] })).toEqual(["connection"]);
  });

  it("names types and fields that the token may not read", async () => {
    dev.account.conditions.hidden.add("Job.total");
    const problems = await examine();
    dev.account.conditions.hidden.clear();
    expect(problems).toEqual([
      expect.objectContaining({ check: "scopes", message: expect.stringContaining("Job.total") }),
    ]);
  });

  it("names a tenant whose webhooks do not arrive", async () => {
    const cursors = createMemoryCursorStore();
    await cursors.set("acme", "silent", String(Date.now() - DAY_MS));
    expect(await checks(({ database }) => ({ database: { ...database, cursors } }))).toEqual([
      "silence",
    ]);
  });

  it.each([
    [404, "404 instead of 200"],
    [200, "for a forged probe instead of 401"],
  ])("names an endpoint that responds %i to everything", async (status, message) => {
    const server = createServer((_, res) => res.writeHead(status).end());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const problems = await examine(() => ({}), { url: `http://127.0.0.1:${port}/` });
    server.close();
    expect(problems).toEqual([
      expect.objectContaining({ check: "endpoint", message: expect.stringContaining(message) }),
    ]);
  });
});
