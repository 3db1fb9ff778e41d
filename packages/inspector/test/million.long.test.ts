import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { createInspector } from "@jobber-sync/inspector";
import { openSqlite } from "@jobber-sync/sqlite";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const ROWS = 1_000_000;
const BODY = Buffer.alloc(240, "x");
const LIMIT_MS = 300;

describe("the inspector over a million deliveries on SQLite", () => {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-million-"));
  const path = join(folder, "sync.db");
  beforeAll(async () => {
    await openSqlite(path).close();
    fill(path);
  }, 300_000);
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("opens every list within 300 ms, whatever the filter", async () => {
    const database = openSqlite(path, { migrate: false });
    const { inbox, store } = database;
    const inspector = createInspector(
      {
        ...{ inbox, store, reconciler: null, connections: async () => [] },
        health: async () => ({ level: "ok", reasons: [], deliveries: await inbox.stats() }),
      },
      { authorize: () => "grace" },
    );
    for (const page of [
      ...["", "/deliveries", "/deliveries?before=500000", "/deliveries?state=dead"],
      ...["/deliveries?state=done", "/deliveries?tenant=t7", "/deliveries?tenant=unknown"],
      ...["/deliveries?topic=JOB_CREATE", "/deliveries?object=job-7", "/deliveries/777777"],
      ...["/tenants", "/tenants/t7"],
    ]) {
      const times: number[] = [];
      for (let n = 0; n < 5; n++) {
        const begin = performance.now();
        const response = await inspector(new Request(`http://localhost/jobber-sync${page}`));
        await response.text();
        expect(response.status).toBe(200);
        times.push(performance.now() - begin);
      }
      // The best of five: other work runs on the machine of the tests.
      expect([page, Math.min(...times) < LIMIT_MS]).toEqual([page, true]);
    }
    await database.close();
  });
});

/** Inserts finished deliveries of 64 tenants and 20,000 jobs, one in 5,000 of them dead. */
function fill(path: string): void {
  const database = new DatabaseSync(path);
  const insert = database.prepare(`INSERT INTO jobber_deliveries (sequence, tenant, object_type,
    object_id, delivery_key, topic, body, state, reason, due_at, received_at, started_at, finished_at)
    VALUES (?1, ?2, 'job', ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?9, ?9, ?9)`);
  const begin = Date.now() - ROWS * 1000;
  database.exec("BEGIN");
  for (let n = 1; n <= ROWS; n++) {
    const dead = n % 5000 === 0;
    insert.run(
      ...[n, `t${n % 64}`, `job-${n % 20_000}`, `JOB_UPDATE:job-${n}:2026-01-25T10:00:00Z`],
      n % 100_000 === 7 ? "JOB_CREATE" : "JOB_UPDATE",
      BODY,
      ...(dead ? ["dead", "ERR_HANDLER"] : ["done", null]),
      begin + n * 1000,
    );
  }
  database.exec("COMMIT");
  database.close();
}
