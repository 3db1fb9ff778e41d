import { spawn } from "node:child_process";
import { createHmac } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import process from "node:process";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test, vi } from "vitest";
import { codeBlocks } from "../code-blocks.mjs";

// Upper bound for starting a process on a busy machine.
const SLOW_MS = 20_000;
const SECRET = "the client secret of this test";
const folder = mkdtempSync(join(tmpdir(), "jobber-sync-readme-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const blocks = codeBlocks(readFileSync(new URL("../../README.md", import.meta.url), "utf8"), "ts");

/** Returns the only block that contains `text`. */
function blockWith(text: string): string {
  const found = blocks.filter(({ code }) => code.includes(text));
  expect(found).toHaveLength(1);
  return found[0]?.code ?? "";
}

/** Runs a block unchanged, in an example that has its packages installed. */
function runBlock(code: string, example: string) {
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", "--input-type=module-typescript", "--eval", code],
    {
      cwd: fileURLToPath(new URL(`../../examples/${example}`, import.meta.url)),
      env: { ...process.env, JOBBER_CLIENT_SECRET: SECRET },
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
  "the README's %s quick start starts and accepts a delivery",
  async (_name, text, example) => {
    const port = await freePort();
    const database = join(folder, `${example}.db`);
    // Only the port and the database path are replaced.
    const code = blockWith(text)
      .replaceAll("3000", String(port))
      .replace("jobber-sync.db", database);
    const { child, ended, output } = runBlock(code, example);
    const body = '{"event":"job.created","data":{"id":"123"}}';
    const signature = createHmac("sha256", SECRET).update(body).digest("base64");
    const send = () =>
      fetch(`http://localhost:${port}/webhooks/jobber/acme`, {
        method: "POST",
        body,
        headers: { "x-jobber-hmac-sha256": signature },
      });
    const died = ended.then(() => Promise.reject(new Error(output())));
    const response = await Promise.race([
      vi.waitFor(send, { timeout: SLOW_MS, interval: 50 }),
      died,
    ]);
    expect(await response.json(), output()).toEqual({ status: "accepted" });
    died.catch(() => {});
    child.kill();
    await ended;
  },
  SLOW_MS,
);

const unitTests = ["README.md", "docs/testing.md", "packages/testing/README.md"].flatMap((page) =>
  codeBlocks(readFileSync(new URL(`../../${page}`, import.meta.url), "utf8"), "ts")
    .filter(({ code }) => code.includes("node:test"))
    .map(({ line, code }) => [`${page}:${line}`, code] as const),
);

test.each(unitTests)(
  "the unit test of %s passes",
  async (_place, code) => {
    const { ended, output } = runBlock(code, "express-sqlite");
    const [exit] = await ended;
    expect(exit, output()).toBe(0);
    expect(output()).toMatch(/pass 1/);
  },
  SLOW_MS,
);

test("the README has no other TypeScript block", () => {
  expect(blocks).toHaveLength(3);
});
