import { randomUUID } from "node:crypto";
import { createPostgres, type SqlClient, type SqlPool } from "@jobber-sync/postgres";
import { describe, expect, it } from "vitest";
import { openPool } from "../support/connections.ts";
import { grantsSql } from "../support/psql-scripts.ts";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

const found = async ({ diagnose }: Pick<ReturnType<typeof createPostgres>, "diagnose">) =>
  (await diagnose()).map(({ check }) => check);

describe("diagnose", () => {
  it("finds nothing wrong with a migrated database and leaves no row", async () => {
    const opened = await database.open();
    expect(await opened.diagnose()).toEqual([]);
    expect(await opened.inbox.list({})).toEqual([]);
  });

  it("names commits that are not durable, unless they need not be", async () => {
    const { schema, queue } = await database.open();
    const { boss, connectionString } = database;
    const pool = openPool(connectionString, { options: "-c synchronous_commit=off", max: 2 });
    const options = { pool, boss, schema, queue };
    expect(await found(createPostgres(options))).toEqual(["durability"]);
    expect(await found(createPostgres({ ...options, requireDurable: false }))).toEqual([]);
    await pool.end();
  });

  it("names missing tables and creates none", async () => {
    const { boss, pool } = database;
    const nowhere = createPostgres({ pool, boss, schema: "nowhere" });
    expect(await found(nowhere)).toEqual(["schema"]);
    expect(await found(nowhere)).toEqual(["schema"]);
  });

  it("names missing privileges of the role", async () => {
    const { schema, queue } = await database.open({ schema: "not_granted" });
    const role = `role_${randomUUID().slice(0, 8)}`;
    const { pool: owner, boss, connectionString } = database;
    await owner.query(`CREATE ROLE ${role} LOGIN PASSWORD 'secret'`);
    await owner.query(grantsSql({ role, tables: schema, queue: database.bossSchema }));
    await owner.query(`REVOKE UPDATE ON "${schema}".jobber_deliveries FROM ${role}`);
    const url = new URL(connectionString);
    url.username = role;
    url.password = "secret";
    const pool = openPool(url.href, { max: 2 });
    const [problem, ...others] = await createPostgres({ pool, boss, schema, queue }).diagnose();
    expect(problem).toMatchObject({ check: "rights", message: expect.stringContaining(role) });
    expect(others).toEqual([]);
    await pool.end();
    await owner.query(`DROP OWNED BY ${role}; DROP ROLE ${role}`);
  });

  it("names a pooler in transaction mode, unless the options allow for it", async () => {
    const { schema, queue } = await database.open();
    const client = await database.pool.connect();
    const pool = sharedConnection(client);
    const { boss } = database;
    expect(await found(createPostgres({ pool, boss, schema, queue }))).toEqual(["pooler"]);
    expect(await found(createPostgres({ pool, boss, schema, queue, pooler: true }))).toEqual([]);
    client.release();
  });
});

/** Creates a pool whose clients share one server connection, as PgBouncer may do. */
function sharedConnection(client: SqlClient): SqlPool {
  const query: SqlClient["query"] = (text, values) => client.query(text, values);
  return { query, connect: async () => ({ query, release() {} }) };
}
