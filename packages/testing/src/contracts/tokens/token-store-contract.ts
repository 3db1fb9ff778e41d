import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import type { Connection, TokenStore } from "@jobber-sync/core/ports";

/**
 * Options for the contracts of token stores, leases and cursor stores. `describe` and `it` are
 * those of vitest, jest or node:test.
 */
export interface ConnectionContractOptions<T> {
  readonly describe: (name: string, body: () => void) => void;
  readonly it: (name: string, body: () => Promise<void>) => void;
  /**
   * Opens an empty subject. `another` is the same subject as seen by another process; absent if it
   * lives in one process.
   */
  readonly open: () => Promise<Opened<T>> | Opened<T>;
}

/** The subject under test, and its cleanup. */
export interface Opened<T> {
  readonly subject: T;
  readonly another?: T;
  close(): Promise<void> | void;
}

/** Creates the function that registers a test with a fresh subject. */
export function ruleOf<T>({ it, open }: ConnectionContractOptions<T>) {
  return (name: string, body: (opened: Opened<T>) => Promise<void>): void =>
    it(name, async () => {
      const opened = await open();
      try {
        await body(opened);
      } finally {
        await opened.close();
      }
    });
}

/** Defines a test for every rule of the `TokenStore` port. */
export function tokenStoreContract(options: ConnectionContractOptions<TokenStore>): void {
  const rule = ruleOf(options);
  options.describe("token store", () => {
    rule("read returns null for an unknown tenant", async ({ subject }) => {
      assert.equal(await subject.read("acme"), null);
      assert.deepEqual(await subject.tenants(), []);
    });

    rule("read returns every field as written", async ({ subject, another = subject }) => {
      const connection = connectionOf("acme", {
        state: "needs_reauth",
        accessToken: "ä".repeat(3000),
        refreshToken: "",
        obtainedAt: 1_769_335_200_123,
        expiresAt: 1_769_338_800_456,
      });
      assert.equal(await subject.write(connection, null), true);
      assert.deepEqual(await another.read("acme"), connection);
    });

    rule("write with no revision inserts only if there is no row", async ({ subject }) => {
      const first = connectionOf("acme");
      assert.equal(await subject.write(first, null), true);
      assert.equal(await subject.write(connectionOf("acme"), null), false);
      assert.deepEqual(await subject.read("acme"), first);
    });

    rule(
      "write replaces only the row that the writer has read",
      async ({ subject, another = subject }) => {
        const first = connectionOf("acme");
        const second = connectionOf("acme", { accessToken: "second" });
        await subject.write(first, null);
        assert.equal(await another.write(second, first.revision), true);
        assert.equal(await subject.write(connectionOf("acme"), first.revision), false);
        assert.equal(await subject.write(connectionOf("globex"), first.revision), false);
        assert.deepEqual(await subject.read("acme"), second);
        assert.equal(await subject.read("globex"), null);
      },
    );

    rule(
      "one of many concurrent writers of the same revision succeeds",
      async ({ subject, another = subject }) => {
        const first = connectionOf("acme");
        await subject.write(first, null);
        const results = await Promise.all(
          Array.from({ length: 16 }, (_, n) =>
            (n % 2 ? subject : another).write(
              connectionOf("acme", { accessToken: `${n}` }),
              first.revision,
            ),
          ),
        );
        assert.equal(results.filter(Boolean).length, 1);
        assert.equal((await subject.read("acme"))?.accessToken, `${results.indexOf(true)}`);
      },
    );

    rule("tenants are separate and listed in order", async ({ subject }) => {
      for (const slug of ["globex", "acme", "acme'; --", "Ünïcode"])
        await subject.write(connectionOf(slug, { accessToken: `of ${slug}` }), null);
      assert.equal((await subject.read("acme'; --"))?.accessToken, "of acme'; --");
      assert.deepEqual(await subject.tenants(), ["acme", "acme'; --", "globex", "Ünïcode"]);
    });

    rule(
      "byAccount returns the tenants of an account, with or without padding",
      async ({ subject }) => {
        const other = { accountId: "Z2lkOi8vSm9iYmVyL0FjY291bnQvMg==" };
        await subject.write(connectionOf("globex", { state: "disconnected" }), null);
        await subject.write(connectionOf("acme"), null);
        await subject.write(connectionOf("initech", other), null);
        for (const id of ["Z2lkOi8vSm9iYmVyL0FjY291bnQvMQ==", "Z2lkOi8vSm9iYmVyL0FjY291bnQvMQ"])
          assert.deepEqual(await subject.byAccount(id), [
            { tenant: "acme", state: "connected" },
            { tenant: "globex", state: "disconnected" },
          ]);
        assert.deepEqual(await subject.byAccount("MQ=="), []);
      },
    );

    rule("remove deletes one tenant's row only", async ({ subject }) => {
      await subject.write(connectionOf("acme"), null);
      await subject.write(connectionOf("globex"), null);
      await subject.remove("acme");
      await subject.remove("acme");
      assert.equal(await subject.read("acme"), null);
      assert.deepEqual(await subject.tenants(), ["globex"]);
      assert.equal(await subject.write(connectionOf("acme"), null), true);
    });
  });
}

/** Creates a connection with a unique revision. */
function connectionOf(tenant: string, overrides: Partial<Connection> = {}): Connection {
  return {
    tenant,
    accountId: "Z2lkOi8vSm9iYmVyL0FjY291bnQvMQ==",
    state: "connected",
    accessToken: "access",
    refreshToken: "refresh",
    obtainedAt: 1_769_335_200_000,
    expiresAt: 1_769_338_800_000,
    connectedAt: "2026-01-25T10:00:00Z",
    revision: randomUUID(),
    ...overrides,
  };
}
