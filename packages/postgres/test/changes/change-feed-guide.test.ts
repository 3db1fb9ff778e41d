import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { createPostgres } from "@jobber-sync/postgres";
import { expect, it, onTestFinished } from "vitest";
import { codeBlocks } from "../../../../scripts/code-blocks.mjs";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();
const GUIDE = readFileSync(new URL("../../../../docs/change-feed.md", import.meta.url), "utf8");
const EXAMPLE = fileURLToPath(new URL("../../../../examples/fastify-postgres", import.meta.url));

function blockWith(language: string, text: string): string {
  const [block] = codeBlocks(GUIDE, language).filter(({ code }) => code.includes(text));
  return block?.code ?? "";
}

it("the guide's Drizzle program fills its own table with what other processes commit", async () => {
  const { pool, boss, connectionString } = database;
  await pool.query(blockWith("sql", "CREATE TABLE jobs"));
  const postgres = createPostgres({ pool, boss, changes: true });
  await postgres.migrate();
  const write = async (title: string, deletedAt?: string) => {
    const sequence = await postgres.store.nextSequence();
    const key = { tenant: "acme", jobberJobId: "1", sequence };
    const fields = { title, status: "scheduled" } as const;
    const job =
      deletedAt === undefined
        ? { ...key, mode: "replace" as const, fields, sourceUpdatedAt: null }
        : { ...key, mode: "delete" as const, deletedAt };
    await postgres.store.apply({ contacts: [], jobs: [job], submissions: [] });
  };
  await write("A");

  const program = blockWith("ts", "drizzle-orm");
  const child = spawn(
    process.execPath,
    ["--conditions=jobber-sync-source", "--input-type=module-typescript", "--eval", program],
    {
      cwd: EXAMPLE,
      env: {
        ...process.env,
        DATABASE_URL: connectionString,
        JOBBER_CLIENT_SECRET: "a secret for the guide's program",
      },
      stdio: ["ignore", "ignore", "pipe"],
    },
  );
  const ended = once(child, "close");
  let errors = "";
  child.stderr.setEncoding("utf8").on("data", (text) => {
    errors += text;
  });
  onTestFinished(async () => {
    child.kill();
    await ended;
  });
  const rows = async () => {
    if (child.exitCode !== null) throw new Error(errors);
    return (await pool.query("SELECT title, deleted FROM jobs")).rows;
  };
  const timeout = 30_000;
  await expect.poll(rows, { timeout }).toEqual([{ title: "A", deleted: false }]);
  await write("B");
  await expect.poll(rows, { timeout }).toEqual([{ title: "B", deleted: false }]);
  await write("", "2026-02-01T10:00:00Z");
  await expect.poll(rows, { timeout }).toEqual([{ title: "B", deleted: true }]);
  // A replay of the first change does not overwrite what is newer.
  const [first] = await postgres.changes.list({ states: ["done"], limit: 1 });
  await postgres.changes.replay({ states: ["done"], sequences: [first?.sequence ?? 0] });
  const replayed = async () =>
    (await postgres.changes.list({ states: ["done"] })).filter(({ replay }) => replay).length;
  await expect.poll(replayed, { timeout }).toBe(1);
  expect(await rows()).toEqual([{ title: "B", deleted: true }]);
});
