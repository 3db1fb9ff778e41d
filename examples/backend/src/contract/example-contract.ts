import { spawnSync } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { networkInterfaces, tmpdir } from "node:os";
import { join } from "node:path";
import { signedRequest } from "@jobber-sync/testing";
import { afterAll, beforeAll, describe, expect, test, vi } from "vitest";
import { SAMPLE_PAYLOAD } from "../sample-payload.ts";
import { type ExampleProcess, runExample, startExampleProcess } from "./example-process.ts";

/** Where an example's programs are. */
export interface ExampleContractOptions {
  /** The server. */
  readonly start: URL;
  /** The operator's script. */
  readonly deliveries: URL;
  /** Beside what the suite sets. */
  readonly env?: NodeJS.ProcessEnv;
}

const SECRET = "the client secret of the example's test";
const WAIT = { timeout: 10_000, interval: 20 };

const ACCOUNT = "Z2lkOi8vSm9iYmVyL0FjY291bnQvMTA1OTI=";
const NOTICE = {
  data: {
    webHookEvent: {
      topic: "JOB_UPDATE",
      appId: "3ef22a50-072d-430c-a78f-b7646657560b",
      accountId: ACCOUNT,
      itemId: "Z2lkOi8vSm9iYmVyL0pvYi8xNDY2NTAxNDI=",
      occurredAt: "2026-01-25T13:31:36-06:00",
    },
  },
};

const SUBMISSION = {
  channel: "jobber",
  payload: {
    event: "job.created",
    jobber_job_id: "123",
    title: "Lawn Service",
    status: "scheduled",
    scheduled_at: "2026-01-25T10:00:00Z",
    client_name: "John Doe",
    client_email: "john@example.com",
    client_phone: "555-1234",
    address: "123 Main St, Austin, TX",
  },
};

/** What every example backend does, driven from outside: a process of its own, a real port, real signals. */
export function exampleContract({ start, deliveries, env = {} }: ExampleContractOptions): void {
  let folder: string;
  let settings: NodeJS.ProcessEnv;
  let server: ExampleProcess;

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), "jobber-sync-example-"));
    const tenants = join(folder, "tenants.json");
    await writeFile(tenants, JSON.stringify([{ slug: "acme", secrets: [SECRET], accountIds: [ACCOUNT] }]));
    settings = { PORT: "0", JOBBER_SYNC_DB: join(folder, "example.db"), JOBBER_TENANTS: tenants, ...env };
    server = await startExampleProcess(start, settings);
  });

  afterAll(async () => {
    server.kill("SIGKILL");
    await server.ended;
    await rm(folder, { recursive: true, force: true });
  });

  const post = async (payload: object | string, secret = SECRET) => {
    const response = await fetch(`${server.url}/webhooks/jobber/acme`, {
      method: "POST",
      ...signedRequest(payload, secret),
    });
    return { status: response.status, body: await response.json() };
  };
  const records = async (kind: string) => {
    const response = await fetch(`${server.url}/records/acme/${kind}`);
    expect(response.status).toBe(200);
    return (await response.json()) as object[];
  };

  describe("a signed snapshot", () => {
    test("becomes one submission, one contact and one job", async () => {
      expect(await post(SAMPLE_PAYLOAD)).toEqual({ status: 200, body: { status: "accepted" } });
      await vi.waitFor(async () => expect(await records("jobs")).toHaveLength(1), WAIT);
      expect(await records("submissions")).toEqual([
        {
          clientSlug: "acme",
          deliveryKey: expect.stringMatching(/^[0-9a-f]{64}$/),
          createdAt: expect.stringMatching(/^20\d\d-.*Z$/),
          ...SUBMISSION,
        },
      ]);
      expect(await records("contacts")).toMatchObject([{ jobberClientId: "456", name: "John Doe" }]);
      expect(await records("jobs")).toMatchObject([
        { jobberJobId: "123", jobberClientId: "456", status: "scheduled", city: "Austin" },
      ]);
    });

    test("sent again changes nothing and adds no submission", async () => {
      const [jobs, contacts, submissions] = await Promise.all(
        ["jobs", "contacts", "submissions"].map(records),
      );
      expect(await post(SAMPLE_PAYLOAD)).toEqual({ status: 200, body: { status: "duplicate" } });
      // What is sent later for the same job is worked on later: when it is there, the duplicate was dealt with.
      await post({ event: "job.updated", data: { id: "123", job_number: 7 } });
      await vi.waitFor(async () => expect(await records("jobs")).toMatchObject([{ jobNumber: 7 }]), WAIT);
      expect(await records("jobs")).toEqual([{ ...jobs?.[0], jobNumber: 7 }]);
      expect(await records("contacts")).toEqual(contacts);
      expect((await records("submissions")).slice(0, -1)).toEqual(submissions);
    });

    test("of a job that requires invoicing makes it completed", async () => {
      await post({ event: "job.updated", data: { id: "123", status: "requires_invoicing" } });
      await vi.waitFor(
        async () =>
          expect(await records("jobs")).toMatchObject([
            { status: "completed", jobberStatus: "requires_invoicing", title: "Lawn Service" },
          ]),
        WAIT,
      );
    });
  });

  test("a forged delivery is refused and leaves nothing behind", async () => {
    const before = await records("submissions");
    expect(
      await post({ event: "job.created", data: { id: "forged" } }, "another client secret"),
    ).toMatchObject({
      status: 401,
      body: { code: "ERR_UNAUTHORIZED" },
    });
    expect(await records("submissions")).toEqual(before);
  });

  test("the printed curl line and its records line work as pasted", async () => {
    const lines = server
      .output()
      .split("\n")
      .filter((line) => line.startsWith("curl "));
    expect(lines).toHaveLength(2);
    const [send, look] = lines.map((line) => spawnSync("sh", ["-c", line], { encoding: "utf8" }));
    expect(JSON.parse(send?.stdout ?? "")).toEqual({ status: "duplicate" });
    expect(look?.stdout).toContain('"jobberJobId":"123"');
  });

  describe("records", () => {
    test("are not shown to a request that a proxy or tunnel passed on", async () => {
      const headers = { "x-forwarded-for": "203.0.113.7" };
      expect((await fetch(`${server.url}/records/acme/jobs`, { headers })).status).toBe(403);
    });

    test("are not shown under a name that is not this machine's", async () => {
      expect(await statusLine(server.url, "/records/acme/jobs", "rebound.example.com")).toContain(" 403 ");
      expect(await statusLine(server.url, "/records/acme/jobs", "localhost:3000")).toContain(" 200 ");
    });

    test("there are of three kinds", async () => {
      expect((await fetch(`${server.url}/records/acme/secrets`)).status).toBe(404);
      expect(await (await fetch(`${server.url}/records/nobody/jobs`)).json()).toEqual([]);
    });
  });

  test("the health check answers", async () => {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  });

  test("what was put aside can be listed and set waiting again", async () => {
    expect((await post('{"event":"job.upd')).body).toEqual({ status: "quarantined" });
    expect((await post(NOTICE)).body).toEqual({ status: "accepted" });
    await vi.waitFor(async () => {
      const { output } = await runExample(deliveries, ["list"], settings);
      expect(output).toMatch(/quarantined +ERR_EVENT_SYNTAX +acme/);
      expect(output).toMatch(/unresolved .*JOB_UPDATE/);
      expect(output).not.toContain("job.upd{");
    }, WAIT);
    expect(await runExample(deliveries, ["replay", "--tenant", "acme"], settings)).toEqual({
      code: 0,
      output: expect.stringContaining("2 set waiting again"),
    });
    // Nothing was mended, so both come back to where they were.
    await vi.waitFor(async () => {
      const { output } = await runExample(deliveries, ["list", "--state", "waiting"], settings);
      expect(output.trim()).toBe("none");
    }, WAIT);
    expect((await runExample(deliveries, ["redrive"], settings)).output).toContain("0 set waiting again");
    expect((await runExample(deliveries, ["purge"], settings)).output).toContain("0 bodies erased");
  });

  test("the operator's script says how it is used", async () => {
    const { code, output } = await runExample(deliveries, ["remove"], settings);
    expect(code).toBe(2);
    expect(output).toContain("deliveries.ts replay");
  });

  describe("a start that cannot work ends at once and says why", () => {
    test("a port that is none", async () => {
      const { code, output } = await runExample(start, [], { ...settings, PORT: "80 80" });
      expect(output).toContain('PORT must be a number from 0 to 65535, not "80 80".');
      expect(code).toBe(1);
    });

    test("a port that is in use", async () => {
      const { code, output } = await runExample(start, [], { ...settings, PORT: new URL(server.url).port });
      expect(output).toMatch(/EADDRINUSE.*choose another one/);
      expect(code).toBe(1);
    });

    test("a file of tenants that is no JSON, without quoting it", async () => {
      const file = join(folder, "broken.json");
      await writeFile(file, `[{"slug":"acme","secrets":"${SECRET}"`);
      const { code, output } = await runExample(start, [], { ...settings, JOBBER_TENANTS: file });
      expect(output).toContain(`${file} cannot be read: it is not JSON`);
      expect(output).not.toContain(SECRET);
      expect(code).toBe(1);
    });

    test("a tenant without a secret", async () => {
      const file = join(folder, "no-secret.json");
      await writeFile(file, JSON.stringify([{ slug: "acme" }]));
      const { code, output } = await runExample(start, [], { ...settings, JOBBER_TENANTS: file });
      expect(output).toContain('Tenant "acme"');
      expect(code).toBe(1);
    });
  });

  const address = Object.values(networkInterfaces())
    .flat()
    .find((one) => one?.family === "IPv4" && !one.internal)?.address;

  test.runIf(address)("from another address records are refused, webhooks are not", async () => {
    const open = await startExampleProcess(start, {
      ...settings,
      HOST: "0.0.0.0",
      JOBBER_SYNC_DB: join(folder, "open.db"),
    });
    try {
      const url = open.url.replace("127.0.0.1", address ?? "");
      expect((await fetch(`${url}/records/acme/jobs`)).status).toBe(403);
      const request = signedRequest(SAMPLE_PAYLOAD, SECRET);
      expect((await fetch(`${url}/webhooks/jobber/acme`, { method: "POST", ...request })).status).toBe(200);
    } finally {
      open.kill("SIGTERM");
      expect(await open.ended).toBe(0);
    }
  });

  // Last: it ends the server that the others use.
  test("SIGTERM ends it cleanly, and what was acknowledged is there after the next start", async () => {
    const before = await records("jobs");
    // An answer that is on its way, and a connection that is kept alive, hold nothing up.
    const last = post({ event: "client.created", data: { id: "789", name: "Ada King" } });
    expect(await last).toMatchObject({ status: 200 });
    server.kill("SIGTERM");
    expect(await server.ended).toBe(0);
    expect(server.output()).toMatch(/SIGTERM: stopping\nstopped\n$/);
    server = await startExampleProcess(start, settings);
    expect(await records("jobs")).toEqual(before);
    await vi.waitFor(
      async () =>
        expect(await records("contacts")).toMatchObject([
          { jobberClientId: "456" },
          { jobberClientId: "789" },
        ]),
      WAIT,
    );
  });
}

/** The first line of an answer. `fetch` does not let anybody choose the Host header. */
async function statusLine(url: string, path: string, host: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.end(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  return text.split("\r\n")[0] ?? "";
}
