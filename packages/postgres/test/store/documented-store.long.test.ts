import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import type { ContactRecord, JobRecord, ReadOptions, SyncReader } from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";
import { syncStoreContract } from "@jobber-sync/testing/contracts";
import { Kysely, PostgresDialect } from "kysely";
import type pg from "pg";
import { afterAll, describe, it } from "vitest";
import { codeBlocks } from "../../../../scripts/code-blocks.mjs";
import { testDatabase } from "../support/test-database.ts";

// The store of docs/records.md, unchanged.
const PAGE = readFileSync(new URL("../../../../docs/records.md", import.meta.url), "utf8");
const folder = new URL("../.documented/", import.meta.url);
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const database = testDatabase();
const opened = new Map<pg.Pool, Promise<SyncStore>>();

function blockWith(language: string, text: string): string {
  const [block] = codeBlocks(PAGE, language).filter(({ code }) => code.includes(text));
  if (block === undefined) throw new Error(`docs/records.md has no block with ${text}`);
  return block.code;
}

async function createStore(pool: pg.Pool): Promise<SyncStore> {
  mkdirSync(folder, { recursive: true });
  const file = new URL("kysely-store.ts", folder);
  writeFileSync(file, blockWith("ts", "createKyselyStore"));
  const { createKyselyStore } = await import(file.pathname);
  await pool.query(blockWith("sql", "CREATE TABLE records"));
  return createKyselyStore(new Kysely({ dialect: new PostgresDialect({ pool }) }));
}

/** Reads the tables as an application would. */
function createReader(pool: pg.Pool): SyncReader {
  const records = async <R>(
    type: string,
    tenant: string,
    { limit = 1000, offset = 0, ids, afterId = "" }: ReadOptions = {},
  ): Promise<readonly R[]> => {
    const { rows } = await pool.query(
      `SELECT record FROM records WHERE type = $1 AND tenant = $2 AND id > $3
         AND ($4::text[] IS NULL OR id = ANY ($4)) ORDER BY id LIMIT $5 OFFSET $6`,
      [type, tenant, afterId, ids ?? null, limit, offset],
    );
    return rows.map(({ record }) => record);
  };
  return {
    job: async (tenant, id) => (await records<JobRecord>("job", tenant, { ids: [id] }))[0] ?? null,
    contact: async (tenant, id) =>
      (await records<ContactRecord>("contact", tenant, { ids: [id] }))[0] ?? null,
    jobs: (tenant, options) => records<JobRecord>("job", tenant, options),
    contacts: (tenant, options) => records<ContactRecord>("contact", tenant, options),
    async submissions(tenant) {
      const { rows } = await pool.query(
        `SELECT tenant, delivery_key AS "deliveryKey", channel, payload, created_at AS "createdAt"
         FROM submissions WHERE tenant = $1 ORDER BY position`,
        [tenant],
      );
      return rows;
    },
  };
}

describe("the Kysely store of docs/records.md", () => {
  syncStoreContract({
    describe,
    it,
    histories: 2000,
    async open() {
      const { pool } = database;
      const creating = opened.get(pool) ?? createStore(pool);
      opened.set(pool, creating);
      const store = await creating;
      await pool.query("TRUNCATE records, submissions");
      return { store: { ...store, ...createReader(pool) }, close() {} };
    },
  });
});
