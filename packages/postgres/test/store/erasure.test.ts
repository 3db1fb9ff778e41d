import { erasureContract } from "@jobber-sync/testing/contracts";
import { describe, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

erasureContract({
  describe,
  it,
  async open() {
    const { inbox, store, changes } = await database.openEmptied({ prepare: true });
    return { inbox, store, changes, close: () => {}, find };
  },
});

/** Searches a dump of every table, with binary values as text. */
async function find(texts: readonly string[]): Promise<readonly string[]> {
  const { rows: tables } = await database.pool.query(
    `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables
     WHERE schemaname NOT IN ('pg_catalog', 'information_schema')`,
  );
  const dump: string[] = [];
  for (const { name } of tables) {
    const { rows } = await database.pool.query(`SELECT row::text AS text FROM ${name} AS row`);
    dump.push(...rows.map(({ text }) => text));
  }
  const all = dump.join("\n");
  const hex = (text: string) => Buffer.from(text).toString("hex");
  return texts.filter((text) => all.includes(text) || all.includes(hex(text)));
}
