import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import { readSettings } from "../src/read-settings.ts";

const folder = mkdtempSync(join(tmpdir(), "jobber-sync-settings-"));
afterAll(() => rmSync(folder, { recursive: true }));

const JOBBER_SYNC_DB = join(folder, "never-opened.db");

function tenantsFile(content: string): string {
  const path = join(folder, "tenants.json");
  writeFileSync(path, content);
  return path;
}

test("readSettings defaults to the loopback address and a random secret", () => {
  const first = readSettings({ JOBBER_SYNC_DB });
  const second = readSettings({ JOBBER_SYNC_DB });
  expect(first).toMatchObject({
    port: 3000,
    host: "127.0.0.1",
    database: JOBBER_SYNC_DB,
    app: undefined,
  });
  expect(first.tenants).toEqual([{ slug: "acme", secrets: expect.stringMatching(/^[\w-]{43}$/) }]);
  expect(first.tenants).not.toEqual(second.tenants);
});

test("readSettings reads port, host, database and tenants from the environment", () => {
  const tenants = [{ slug: "acme", secrets: ["a client secret of 24 c."], accountIds: ["MQ=="] }];
  const env = {
    PORT: "0",
    HOST: "::1",
    JOBBER_SYNC_DB,
    JOBBER_TENANTS: tenantsFile(JSON.stringify(tenants)),
  };
  expect(readSettings(env)).toEqual({
    port: 0,
    host: "::1",
    database: JOBBER_SYNC_DB,
    tenants,
    app: undefined,
  });
});

test("readSettings leaves the tenant without a secret of its own when there is an app", () => {
  const env = {
    JOBBER_SYNC_DB,
    JOBBER_CLIENT_ID: "id",
    JOBBER_CLIENT_SECRET: "a client secret of 24 c.",
  };
  expect(readSettings(env)).toMatchObject({
    app: { clientId: "id", clientSecret: "a client secret of 24 c.", endpoint: undefined },
    tenants: [{ slug: "acme" }],
  });
  const endpoint = "http://127.0.0.1:4000/api/graphql";
  expect(readSettings({ ...env, JOBBER_API_URL: endpoint }).app?.endpoint).toBe(endpoint);
});

test("readSettings takes the token key from the environment or derives the same one at every start", () => {
  const env = {
    JOBBER_SYNC_DB,
    JOBBER_CLIENT_ID: "id",
    JOBBER_CLIENT_SECRET: "a client secret of 24 c.",
  };
  const derived = readSettings(env).app?.encryptionKeys[0];
  expect(derived).toEqual(readSettings(env).app?.encryptionKeys[0]);
  expect(derived?.key).toHaveLength(32);
  const other = { ...env, JOBBER_CLIENT_SECRET: "another client secret..." };
  expect(readSettings(other).app?.encryptionKeys[0]).not.toEqual(derived);
  const key = Buffer.alloc(32, 7).toString("base64");
  expect(readSettings({ ...env, JOBBER_TOKEN_KEY: key }).app?.encryptionKeys).toEqual([
    { id: "env", key },
  ]);
});

describe("readSettings names a setting that it cannot use", () => {
  test.each(["-1", "65536", "3000x", "0x10", " ", "1e3"])("PORT=%j", (PORT) => {
    expect(() => readSettings({ PORT, JOBBER_SYNC_DB })).toThrow(
      "PORT must be a number from 0 to 65535",
    );
  });

  test.each([["{}"], ["[]"], ["null"]])("a tenants file with %s", (content) => {
    expect(() => readSettings({ JOBBER_SYNC_DB, JOBBER_TENANTS: tenantsFile(content) })).toThrow(
      "must contain a JSON array",
    );
  });

  test.each([{ JOBBER_CLIENT_ID: "id" }, { JOBBER_CLIENT_SECRET: "a client secret of 24 c." }])(
    "half of an app, %j",
    (half) => {
      expect(() => readSettings({ JOBBER_SYNC_DB, ...half })).toThrow("must be set together");
    },
  );

  test("a tenants file that does not exist", () => {
    expect(() =>
      readSettings({ JOBBER_SYNC_DB, JOBBER_TENANTS: join(folder, "none.json") }),
    ).toThrow(/JOBBER_TENANTS: .*none\.json cannot be read/);
  });
});
