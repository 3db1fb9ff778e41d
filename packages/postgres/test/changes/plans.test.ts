import { createPostgres } from "@jobber-sync/postgres";
import type pg from "pg";
import { expect, it } from "vitest";
import { testDatabase } from "../support/test-database.ts";

const database = testDatabase();

it("due reads a few changes of a long backlog, whatever the statistics", async () => {
  const { schema } = await database.open();
  await database.pool.query(
    `INSERT INTO "${schema}".jobber_changes
       (sequence, tenant, object_type, object_id, cause, at, record, initial, due_at, delay_ms)
     SELECT i, 't' || i % 4, 'job', i, 'webhook', now(), '{}', false,
       now() + CASE WHEN i % 8 > 3 THEN interval '1 hour' ELSE interval '0' END,
       CASE WHEN i % 8 > 3 THEN 3600000 ELSE 0 END
     FROM generate_series(1, 20000) AS i`,
  );
  for (const statistics of ["none", "fresh"]) {
    if (statistics === "fresh") await database.pool.query(`ANALYZE "${schema}".jobber_changes`);
    let explained = "";
    const explaining = {
      query: (text: string, values?: unknown[]) => database.pool.query(text, values),
      async connect() {
        const client: pg.PoolClient = await database.pool.connect();
        return {
          release: () => client.release(),
          async query(text: string, values?: unknown[]) {
            if (!text.includes("RECURSIVE")) return client.query(text, values);
            const { rows } = await client.query(`EXPLAIN (ANALYZE, COSTS OFF) ${text}`, values);
            explained = rows.map((row) => row["QUERY PLAN"]).join("\n");
            return client.query(text, values);
          },
        };
      },
    };
    const { changes } = createPostgres({ pool: explaining, schema });
    expect(await changes.due({ now: Date.now(), limit: 8 })).toHaveLength(8);
    const removed = [...explained.matchAll(/Rows Removed by Filter: (\d+)/g)].map(([, n]) =>
      Number(n),
    );
    expect(Math.max(0, ...removed), explained).toBeLessThan(200);
    expect(explained, explained).not.toMatch(/Seq Scan on jobber_changes /);
  }
});
