import { spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { createSimulator } from "@jobber-sync/testing/simulator";
import { afterAll, expect, test, vi } from "vitest";
import { codeBlocks } from "../code-blocks.mjs";

// Upper bound for starting a process on a busy machine.
const SLOW_MS = 20_000;
const CLIENT_ID = "client-id";
const SECRET = "the client secret of this test";
const TOKEN_KEY = randomBytes(32).toString("base64");
const folder = mkdtempSync(join(tmpdir(), "jobber-sync-readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = codeBlocks(readFileSync(new URL("../../README.md", import.meta.url), "utf8"), "ts");

/** Returns the only block that contains `text`. */
function blockWith(text: string): string {
  const found = blocks.filter(({ code }) => code.includes(text));
  expect(found).toHaveLength(1);
  return found[0]?.code ?? "";
}

/** Runs a block unchanged, in a package that has those of the block installed. */
function runBlock(code: string, folder: string) {
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", "--input-type=module-typescript", "--eval", code],
    {
      cwd: fileURLToPath(new URL(`../../${folder}`, import.meta.url)),
      env: {
        ...process.env,
        JOBBER_CLIENT_ID: CLIENT_ID,
        JOBBER_CLIENT_SECRET: SECRET,
        JOBBER_TOKEN_KEY: TOKEN_KEY,
      },
    },
  );
  let output = "";
  for (const stream of [child.stdout, child.stderr])
    stream.setEncoding("utf8").on("data", (text) => {
      output += text;
    });
  return { child, ended: once(child, "close"), output: () => output };
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0);
  await once(server, "listening");
  const address = server.address();
  server.close();
  return typeof address === "object" && address !== null ? address.port : 0;
}

test.each([
  ["Express", "@jobber-sync/express", "express-sqlite"],
  ["Fastify", "@jobber-sync/fastify", "fastify-sqlite"],
])(
  "the README's %s quick start connects an account and stores what its webhooks name",
  async (_name, text, example) => {
    const port = await freePort();
    const database = join(folder, `${example}.db`);
    const jobber = await createSimulator({ clientSecret: SECRET, clientId: CLIENT_ID });
    const account = jobber.addAccount();
    jobber.approveAs(account);
    // Only the port, the database path and Jobber's address are replaced.
    const code = blockWith(text)
      .replaceAll("3000", String(port))
      .replace("jobber-sync.db", database)
      .replace("app: {", `app: { endpoint: "${jobber.endpoint}",`);
    const { child, ended, output } = runBlock(code, `examples/${example}`);
    try {
      const url = `http://localhost:${port}`;
      const begin = () => fetch(`${url}/jobber/connect`, { redirect: "manual" });
      const died = ended.then(() => Promise.reject(new Error(output())));
      died.catch(() => {});
      const begun = await Promise.race([
        vi.waitFor(begin, { timeout: SLOW_MS, interval: 50 }),
        died,
      ]);
      const cookie = begun.headers.get("set-cookie")?.split(";")[0] ?? "";
      const approved = await fetch(begun.headers.get("location") ?? "", { redirect: "manual" });
      const callback = approved.headers.get("location") ?? "";
      const connected = await fetch(callback, { headers: { cookie } });
      expect(await connected.json()).toEqual({ connected: "acme", accountId: account.id });
      jobber.webhooks.subscribe(account.id, `${url}/webhooks/jobber/acme`);
      const client = account.addClient({ firstName: "John", lastName: "Doe" });
      account.addJob(account.addProperty(client.id).id, { title: "Lawn Service" });
      await jobber.webhooks.flush();
      await vi.waitFor(async () => expect(await titles(database)).toEqual(["Lawn Service"]), {
        timeout: SLOW_MS,
        interval: 100,
      });
    } finally {
      child.kill();
      await ended;
      await jobber.close();
    }
  },
  3 * SLOW_MS,
);

async function titles(database: string): Promise<readonly unknown[]> {
  const { DatabaseSync } = await import("node:sqlite");
  const reader = new DatabaseSync(database, { readOnly: true });
  const rows = reader.prepare("SELECT title FROM jobber_jobs").all();
  reader.close();
  return rows.map(({ title }) => title);
}

const unitTests = ["README.md", "docs/testing.md", "packages/testing/README.md"].flatMap((page) =>
  codeBlocks(readFileSync(new URL(`../../${page}`, import.meta.url), "utf8"), "ts")
    .filter(({ code }) => code.includes("node:test"))
    .map(({ line, code }) => [`${page}:${line}`, code] as const),
);

test.each(unitTests)(
  "the unit test of %s passes",
  async (_place, code) => {
    const { ended, output } = runBlock(code, "examples/backend");
    const [exit] = await ended;
    expect(exit, output()).toBe(0);
    expect(output()).toMatch(/pass 1/);
  },
  SLOW_MS,
);

test("the README has no other TypeScript block", () => {
  expect(blocks).toHaveLength(3);
});
