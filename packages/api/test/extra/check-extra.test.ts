import { execFile } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { SIMULATOR_SDL } from "@jobber-sync/testing/simulator";
import { buildSchema, introspectionFromSchema } from "graphql";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { runCheckExtra } from "../../src/check-extra/command.ts";

const folder = mkdtempSync(join(tmpdir(), "check-extra-"));
const sdl = join(folder, "schema.graphql");
// Jobber's schema where it is available, else the simulator's.
const schema = process.env.JOBBER_SYNC_SCHEMA ?? sdl;

beforeAll(() => writeFileSync(sdl, SIMULATOR_SDL));
afterAll(() => rmSync(folder, { recursive: true }));

async function check(...args: string[]) {
  const lines: string[] = [];
  const code = await runCheckExtra(args, (line) => lines.push(line));
  return { code, output: lines.join("\n") };
}

describe("jobber-sync-check-extra", () => {
  it("accepts valid selections and prints what they cost", async () => {
    const job = "visits(first: 5) { nodes { id title } }";
    const client = "jobs(first: 3) { nodes { id } }";
    expect(await check("--schema", schema, "--job", job, "--client", client)).toEqual({
      code: 0,
      output: "extra.job: valid, 11 points per job\nextra.client: valid, 4 points per client",
    });
  });

  it.each([
    ["an unknown field", "titel", /error: extra\.job: Cannot query field "titel" on type "Job"/],
    ["a field of the other type", "isLead", /Cannot query field "isLead" on type "Job"/],
    ["an unknown argument", "visits(limit: 5) { nodes { id } }", /Unknown argument "limit"/],
    ["no fields of an object", "client", /must have a selection of subfields/],
    ["no GraphQL", "visits {", /error: extra\.job is not a GraphQL selection/],
    ["a variable", "visits(first: $n) { nodes { id } }", /must not contain variables/],
  ])("refuses a selection with %s", async (_what, job, message) => {
    const { code, output } = await check("--schema", schema, "--job", job);
    expect([code, output]).toEqual([1, expect.stringMatching(message)]);
  });

  it("reads introspection results, and selections from a module", async () => {
    const json = join(folder, "schema.json");
    const data = introspectionFromSchema(buildSchema(SIMULATOR_SDL));
    writeFileSync(json, JSON.stringify({ data }));
    const module = join(folder, "extra.mjs");
    writeFileSync(module, 'export const extra = { client: "isArchivedd" };');
    const { code, output } = await check("--schema", json, module);
    expect([code, output]).toEqual([1, expect.stringMatching(/Did you mean "isArchived"/)]);
  });

  it("says when the schema is not Jobber's", async () => {
    const other = join(folder, "other.graphql");
    writeFileSync(other, "type Query { job(id: ID!): Job } type Job { id: ID }");
    const { code, output } = await check("--schema", other, "--job", "id");
    expect([code, output]).toEqual([1, expect.stringMatching(/lacks what every job is read with/)]);
  });

  it.each([[["--job", "id"]], [["--schema", sdl]], [["--schema", "/nowhere"]], [["--wrong"]]])(
    "prints its usage for %j",
    async (args) => {
      const { code, output } = await check(...args);
      expect([code, output]).toEqual([2, expect.stringContaining("--schema <file>")]);
    },
  );

  it("ends with exit code 1 for an invalid selection", async () => {
    const script = fileURLToPath(new URL("../../src/check-extra.ts", import.meta.url));
    const args = ["--conditions=jobber-sync-source", script, "--schema", sdl, "--job", "titel"];
    await expect(promisify(execFile)(process.execPath, args)).rejects.toMatchObject({
      code: 1,
      stdout: expect.stringContaining('Did you mean "title"'),
    });
  });
});
