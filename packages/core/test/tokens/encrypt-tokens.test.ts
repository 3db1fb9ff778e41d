import { randomBytes } from "node:crypto";
import { createMemoryTokenStore, encryptTokens } from "@jobber-sync/core";
import { tokenStoreContract } from "@jobber-sync/testing/contracts";
import { describe, expect, it } from "vitest";

const KEY = { id: "k1", key: randomBytes(32) };
const CONNECTION = {
  tenant: "acme",
  accountId: "MQ==",
  state: "connected",
  accessToken: "the access token",
  refreshToken: "the refresh token",
  obtainedAt: 1,
  expiresAt: 2,
  connectedAt: "2026-01-25T10:00:00Z",
  revision: "r1",
} as const;

tokenStoreContract({
  describe: (name, body) => describe(`encrypted ${name}`, body),
  it,
  open: () => ({ subject: encryptTokens(createMemoryTokenStore(), [KEY]), close: () => {} }),
});

describe("encryptTokens", () => {
  async function stored() {
    const store = createMemoryTokenStore();
    await encryptTokens(store, [KEY]).write(CONNECTION, null);
    const row = await store.read("acme");
    if (row === null) throw new Error("nothing was written");
    return { store, row };
  }

  it("leaves no token readable in the store, and names the key", async () => {
    const { row } = await stored();
    expect(JSON.stringify(row)).not.toMatch(/the (access|refresh) token/);
    expect(row.accessToken).toMatch(/^v1\.k1\.[\w-]+$/);
  });

  it("never encrypts the same token to the same text", async () => {
    expect((await stored()).row.accessToken).not.toBe((await stored()).row.accessToken);
  });

  it.each([
    ["moved to another tenant's row", { tenant: "globex" }],
    ["moved to the other field", "swap"],
    ["with one bit flipped", "flip"],
    ["cut short", "cut"],
    ["that is no ciphertext", { accessToken: "the access token" }],
    ["of another key with the same id", "otherKey"],
  ] as const)("does not decrypt a ciphertext %s", async (_, damage) => {
    const { store, row } = await stored();
    const last = row.accessToken.slice(-2);
    const changed = {
      swap: { accessToken: row.refreshToken, refreshToken: row.accessToken },
      flip: { accessToken: row.accessToken.slice(0, -2) + (last === "AA" ? "BA" : "AA") },
      cut: { accessToken: row.accessToken.slice(0, 30) },
      otherKey: {},
    };
    const patch = typeof damage === "string" ? changed[damage] : damage;
    await store.remove("acme");
    await store.write({ ...row, ...patch }, null);
    const keys = damage === "otherKey" ? [{ ...KEY, key: randomBytes(32) }] : [KEY];
    const slug = { ...row, ...patch }.tenant;
    await expect(encryptTokens(store, keys).read(slug)).rejects.toMatchObject({
      code: "ERR_TOKEN_DECRYPT",
      message: expect.not.stringContaining("the access token"),
    });
  });

  it("reads with an old key what the old key wrote, and writes with the first", async () => {
    const { store } = await stored();
    const rolled = encryptTokens(store, [
      { id: "k2", key: randomBytes(32).toString("base64") },
      KEY,
    ]);
    expect(await rolled.read("acme")).toEqual(CONNECTION);
    await rolled.write({ ...CONNECTION, revision: "r2" }, "r1");
    expect((await store.read("acme"))?.refreshToken).toMatch(/^v1\.k2\./);
    await expect(encryptTokens(store, [KEY]).read("acme")).rejects.toMatchObject({
      code: "ERR_TOKEN_DECRYPT",
    });
  });

  it.each([
    [[]],
    [[{ id: "", key: randomBytes(32) }]],
    [[{ id: "a.b", key: randomBytes(32) }]],
    [[{ id: "a", key: randomBytes(31) }]],
    [[{ id: "a", key: "" }]],
    [[KEY, KEY]],
  ])("rejects keys that cannot protect anything: %#", (keys) => {
    expect(() => encryptTokens(createMemoryTokenStore(), keys)).toThrow(TypeError);
  });
});
