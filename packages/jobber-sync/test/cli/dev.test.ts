import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { DeliveryInfo } from "@jobber-sync/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type RunningDev, startDev } from "../../src/cli/dev/start-dev.ts";
import { createBrowser } from "../support/browser.ts";
import { run, temporaryFolder } from "../support/run-cli.ts";

describe("jobber-sync dev", () => {
  it("prints URLs and a curl line, keeps its files private, and ends with the signal", async () => {
    const cwd = temporaryFolder();
    const end = new AbortController();
    let printed = "";
    const running = run(["dev", "--port", "0"], {
      cwd,
      signal: end.signal,
      onOut: (text) => {
        printed = text;
        end.abort();
      },
    });
    expect((await running).code).toBe(0);
    expect(printed).toMatch(/^webhooks {3}http:\/\/127\.0\.0\.1:\d+\/webhooks\/jobber\/acme$/m);
    expect(printed).toMatch(/^curl -sS .* --data-binary '\{"data".*'$/m);
    expect(statSync(join(cwd, ".jobber-sync/dev.db")).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(cwd, ".jobber-sync/.gitignore"), "utf8")).toBe("*\n");
    expect(existsSync(join(cwd, ".jobber-sync/dev.json"))).toBe(false);
  });
});

describe("the commands beside jobber-sync dev", () => {
  let dev: RunningDev & { readonly cwd: string };
  beforeAll(async () => {
    const cwd = mkdtempSync(join(tmpdir(), "jobber-sync-cli-"));
    const running = await startDev({ cwd, port: 0, orFree: false, yours: {}, print: () => {} });
    dev = { ...running, cwd };
  });
  afterAll(async () => {
    await dev.stop();
    rmSync(dev.cwd, { recursive: true, force: true });
  });
  const command = (...args: string[]) => run(args, { cwd: dev.cwd });
  const json = async <T>(...args: string[]) => (await command(...args, "--json")).json<T>();

  it("trigger changes the record in API and webhook alike, and shows what was stored", async () => {
    const result = await command(
      ...["trigger", "JOB_UPDATE", "--set", "title=Hedge trimming", "--set", "total=99.5"],
      ...["--job", "1042"],
    );
    expect(result).toMatchObject({ code: 0, err: "" });
    expect(result.out).toContain('title: "Lawn service" → "Hedge trimming"');
    expect(result.out).toContain("webhook  200\nstored   Hedge trimming, scheduled");
    const record = await json<object>("records", "show", "job", "1042");
    expect(record).toMatchObject({ jobNumber: 1042, title: "Hedge trimming", total: 99.5 });
  });

  it("the inspector shows the changed record, and nothing through a tunnel", async () => {
    const jobs = await dev.sync.store.jobs("acme");
    const job = jobs.find(({ jobNumber }) => jobNumber === 1042);
    const url = `${dev.session.url}/inspector/records/acme/job/${job?.jobberJobId}`;
    const page = await fetch(url);
    expect([page.status, await page.text()]).toEqual([200, expect.stringContaining("Job 1042")]);
    const tunnelled = await fetch(url, { headers: { "x-forwarded-for": "192.0.2.1" } });
    expect(tunnelled.status).toBe(403);
  });

  it("trigger creates, completes and deletes records", async () => {
    await command("trigger", "CLIENT_CREATE", "--set", "firstName=Barbara", "--set", "lastName=L");
    const created = await json<{ event: { id: string }; stored: object }>(
      ...["trigger", "JOB_CREATE", "--client", "Barbara L", "--set", "jobStatus=late"],
    );
    expect(created.stored).toMatchObject({ jobberStatus: "late" });
    await command("trigger", "JOB_CLOSED", "--job", created.event.id);
    const closed = await json<object>("records", "show", "job", created.event.id);
    expect(closed).toMatchObject({ status: "completed" });
    const gone = await command("trigger", "JOB_DESTROY", "--job", created.event.id);
    expect(gone.out).toContain("stored   deleted");
  });

  it.each([
    [["JOB_COMPLETE"], "Jobber has no topic JOB_COMPLETE. It has JOB_CREATE, JOB_UPDATE"],
    [["JOB_UPDATE", "--set", "titel=x"], "a job has no such field. It has jobNumber, title"],
    [["JOB_UPDATE", "--set", "total=much"], 'total cannot be "much": it must be a number.'],
    [["JOB_UPDATE", "--set", "jobStatus=completed"], "must be one of requires_invoicing"],
    [["JOB_UPDATE", "--job", "7"], 'has no job "7". It has 104'],
  ])("trigger rejects %j and says what is possible", async (args, message) => {
    const { code, err } = await command("trigger", ...args);
    expect(code).toBe(2);
    expect(err).toMatch(/^error ERR_CLI_USAGE: [^\n]+$/);
    expect(err).toContain(message);
  });

  it("inbox list, show and export read the deliveries, bodies only when asked for", async () => {
    const { deliveries } = await json<{ deliveries: DeliveryInfo[] }>("inbox", "list", "--all");
    const [{ sequence } = { sequence: 0 }] = deliveries;
    const shown = await json<{ body?: string }>("inbox", "show", String(sequence));
    const whole = await json<{ body: string }>("inbox", "show", String(sequence), "--body");
    expect(shown).not.toHaveProperty("body");
    expect(JSON.parse(whole.body).data.webHookEvent.topic).toMatch(/_/);
    const { out } = await command("inbox", "export", String(sequence), "--redact");
    expect(JSON.parse(out)).toMatchObject({ sequence, redacted: true });
  });

  it("inbox replay, redrive and discard report how many deliveries they changed", async () => {
    const unsigned = JSON.stringify({
      event: "job.created",
      data: { id: "9", title: "Secret job" },
    });
    // A snapshot with the app's secret is quarantined: it names no account.
    await run(["send", `${dev.session.url}/webhooks/jobber/acme`, "--file", "-"], {
      cwd: dev.cwd,
      input: unsigned,
    });
    const list = await command("inbox", "list");
    expect(list.out).toMatch(/quarantined\s+ERR_SNAPSHOT/);
    const exported = await command("inbox", "export", "--redact");
    expect(exported.out).not.toContain("Secret job");
    expect(await json("inbox", "replay")).toEqual({ requeued: 1 });
    await dev.sync.drain();
    expect(await json("inbox", "redrive")).toEqual({ requeued: 0 });
    const asked = await command("inbox", "discard", "--state", "quarantined");
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining("1 deliveries would be")]);
    expect(await json("inbox", "discard", "--yes")).toEqual({ discarded: 1 });
  });

  it("reconcile --dry-run reports a missed change and leaves the record; reconcile repairs it", async () => {
    const stored = () => json<{ title: string }>("records", "show", "job", "1043");
    const before = await stored();
    const job = dev.account.all("job").find(({ jobNumber }) => jobNumber === 1043);
    dev.jobber.webhooks.subscribe(dev.account.id, null);
    dev.account.update("job", job?.id ?? "", { title: "Changed without a webhook" });
    dev.jobber.webhooks.subscribe(dev.account.id, `${dev.session.url}/webhooks/jobber/acme`);
    const dry = await command("reconcile", "--full", "--dry-run");
    expect(dry.out).toMatch(/jobs .* 0 inserted, 1 updated/);
    expect(dry.out).toContain("dry run: nothing was written");
    expect(await stored()).toEqual(before);
    expect((await command("reconcile", "--full")).out).toMatch(/jobs .* 0 inserted, 1 updated/);
    expect(await stored()).toMatchObject({ title: "Changed without a webhook" });
  });

  it("backfill reports its progress and its result", async () => {
    const { code, out, err } = await command("backfill");
    expect(code).toBe(0);
    expect(err).toMatch(/clients \[#+-*\] \d+ of about \d+/);
    expect(out).toMatch(/clients {2}\d+ read/);
  });

  it("tenants shows connection, reconcile and open deliveries", async () => {
    const { tenants } = await json<{ tenants: object[] }>("tenants");
    expect(tenants).toEqual([
      expect.objectContaining({ tenant: "acme", connection: "connected", deliveries: {} }),
    ]);
  });

  it("connect completes the OAuth flow in a browser on this machine", async () => {
    const { app, database } = dev.session;
    const env = {
      JOBBER_CLIENT_ID: app.clientId,
      JOBBER_CLIENT_SECRET: app.clientSecret,
      JOBBER_TOKEN_KEY: String(app.encryptionKeys[0]?.key),
      JOBBER_API_URL: app.endpoint,
    };
    let browsing: Promise<unknown> = Promise.resolve();
    const { code, json } = await run(
      ["connect", "--tenant", "acme", "--port", "0", "--database", database, "--json"],
      {
        env,
        onErr(line) {
          const url = /http:\S+/.exec(line)?.[0];
          if (url !== undefined) browsing = createBrowser().follow(url);
        },
      },
    );
    await browsing;
    expect([code, json()]).toEqual([0, expect.objectContaining({ tenant: "acme" })]);
  });

  it("changes list and replay read and requeue the changes of records", async () => {
    const emitted = await dev.sync.changes.initial("acme");
    const { changes } = await json<{ changes: object[] }>("changes", "list", "--tenant", "acme");
    expect(changes).toHaveLength(emitted);
    expect(JSON.stringify(changes)).not.toContain("@example.com");
    expect((await command("changes", "list", "--limit", "1")).out).toMatch(/waiting .* reconcile/);
    expect(await json("changes", "replay", "--state", "dead")).toEqual({ requeued: 0 });
  });

  it("erase removes the personal data of a client, once it is confirmed", async () => {
    const client = dev.account.all("client").find(({ firstName }) => firstName === "Edsger");
    const args = ["erase", "--tenant", "acme", "--client", client?.id ?? ""];
    const asked = await command(...args);
    expect([asked.code, asked.err]).toEqual([2, expect.stringContaining("repeat with --yes")]);
    const { report } = await json<{ report: object }>(...args, "--yes");
    expect(report).toMatchObject({ contacts: 1 });
    expect((await command("records", "show", "client", client?.id ?? "")).out).not.toContain(
      "Edsger",
    );
  });

  it("a second dev in the folder is rejected", async () => {
    const { code, err } = await command("dev");
    expect([code, err]).toEqual([2, expect.stringContaining("already runs in this folder")]);
  });
});

describe("jobber-sync without a set-up", () => {
  it("says in one line what is missing, as JSON with --json", async () => {
    const cwd = temporaryFolder();
    const text = await run(["inbox", "list"], { cwd });
    expect(text.err).toMatch(
      /^error ERR_CLI_CONFIG: There is no jobber-sync.config.ts here[^\n]+$/,
    );
    const trigger = await run(["trigger", "JOB_UPDATE", "--json"], { cwd });
    expect([text.code, trigger.code]).toEqual([2, 2]);
    expect(JSON.parse(trigger.err)).toMatchObject({ error: { code: "ERR_CLI_NOT_RUNNING" } });
    const missing = await run(["tenants", "--database", "gone.db"], { cwd });
    expect(missing.err).toContain("gone.db does not exist");
    expect(existsSync(join(cwd, "gone.db"))).toBe(false);
  });

  it("every command has --help and --json", async () => {
    const { out } = await run(["--help"]);
    const names = [...out.matchAll(/^ {2}([a-z]+) /gm)].map(([, name]) => name ?? "");
    expect(names).toContain("trigger");
    for (const name of names.filter((one) => one !== "help")) {
      const help = await run([name, "--help"]);
      expect([name, help.code]).toEqual([name, 0]);
      const subcommands = [...help.out.matchAll(/^ {2}([a-z]+) \[options\]/gm)];
      const pages = subcommands.length === 0 ? [help.out] : [];
      for (const [, sub = ""] of subcommands) pages.push((await run([name, sub, "--help"])).out);
      for (const page of pages) expect(page).toContain("--json");
    }
  });
});
