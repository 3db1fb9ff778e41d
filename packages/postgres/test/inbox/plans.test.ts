import type { DeliveryFilter } from "@jobber-sync/core";
import type { Inbox } from "@jobber-sync/core/ports";
import { createPostgres } from "@jobber-sync/postgres";
import pg from "pg";
import { beforeAll, describe, expect, it } from "vitest";
import { delivery, done, objectOf } from "../support/deliveries.ts";
import { testDatabase } from "../support/test-database.ts";
import { watchedPool } from "../support/watched-pool.ts";

const database = testDatabase();

const ROWS = 20_000;
/** Rows of each state except `done`. */
const EACH = 300;
const UNFINISHED = 4 * EACH;

let schema: string;
interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
  /** `SET LOCAL` statements of its transaction. */
  readonly settings: string;
}

/** Runs an operation and returns its statements on the table of deliveries. */
let statementsOf: (use: (inbox: Inbox) => Promise<unknown>) => Promise<readonly Statement[]>;
beforeAll(async () => {
  const opened = await database.open();
  schema = opened.schema;
  let seen: Statement[] = [];
  let settings = "";
  const pool = watchedPool(database.pool, (text, values) => {
    if (text.startsWith("SET LOCAL")) settings = text;
    if (text.includes("jobber_deliveries")) seen.push({ text, values, settings });
    if (text === "COMMIT") settings = "";
  });
  const { inbox } = createPostgres({ pool, boss: database.boss, schema, queue: opened.queue });
  statementsOf = async (use) => {
    seen = [];
    await use(inbox);
    return seen;
  };
  // A typical table: nearly all rows are done.
  await database.pool.query(
    `INSERT INTO "${schema}".jobber_deliveries
       (sequence, tenant, object_type, object_id, delivery_key, topic, state, body, received_at, started_at, due_at, finished_at, paused_at)
     SELECT nextval('"${schema}".jobber_sequence'), 'tenant ' || i % 20, 'job', (i % 5000)::text, 'JOB_UPDATE:' || i, 'JOB_UPDATE', state, 'body',
       now(), now(), now(), CASE WHEN state NOT IN ('waiting', 'claimed', 'paused') THEN now() - i * interval '1 minute' END,
       CASE WHEN state = 'paused' THEN now() END
     FROM generate_series(1, ${ROWS}) AS i,
       LATERAL (SELECT coalesce((ARRAY['waiting', 'claimed', 'dead', 'paused', 'unresolved', 'quarantined'])[i / ${EACH} + 1 - 60], 'done') AS state) AS s`,
  );
  await database.pool.query(`VACUUM ANALYZE "${schema}".jobber_deliveries`);
}, 60_000);

interface Plan {
  readonly "Node Type": string;
  readonly "Relation Name"?: string;
  readonly "Index Name"?: string;
  readonly "Actual Rows"?: number;
  readonly "Rows Removed by Filter"?: number;
  readonly "Actual Loops"?: number;
  readonly Plans?: readonly Plan[];
}

/**
 * Explains a statement, without its effects. Returns the rows that it reads and the indexes that it
 * uses.
 */
async function readBy({ text, values, settings }: Statement) {
  const client = await database.pool.connect();
  try {
    await client.query("BEGIN");
    // The generic plan of a prepared statement, which does not depend on the values.
    await client.query("SET LOCAL plan_cache_mode = force_generic_plan");
    await client.query(settings);
    await client.query(`PREPARE probe AS ${text}`);
    const given = values.map((value) =>
      value === null ? "NULL" : pg.escapeLiteral(String(value)),
    );
    const { rows } = await client.query(
      `EXPLAIN (ANALYZE, FORMAT JSON) EXECUTE probe${given.length === 0 ? "" : `(${given.join(", ")})`}`,
    );
    const nodes: Plan[] = [];
    const walk = (plan: Plan) => {
      nodes.push(plan);
      for (const part of plan.Plans ?? []) walk(part);
    };
    walk(rows[0]["QUERY PLAN"][0].Plan);
    const scans = nodes.filter((node) => /Scan/.test(node["Node Type"]));
    return {
      wholeTable: scans.filter(
        (node) => node["Node Type"] === "Seq Scan" && node["Relation Name"] === "jobber_deliveries",
      ).length,
      indexes: [
        ...new Set(scans.map((node) => node["Index Name"]).filter((name) => name !== undefined)),
      ],
      rows: scans
        .filter(
          (node) =>
            node["Relation Name"] === "jobber_deliveries" || node["Index Name"] !== undefined,
        )
        .map(
          (node) =>
            ((node["Actual Rows"] ?? 0) + (node["Rows Removed by Filter"] ?? 0)) *
            (node["Actual Loops"] ?? 1),
        )
        .reduce((most, rows) => Math.max(most, rows), 0),
    };
  } finally {
    await client.query("ROLLBACK");
    await client.query("DEALLOCATE probe");
    client.release();
  }
}

const NOW = Date.now();
const LEASE = { leaseMs: 1000, now: NOW };
const list = (filter: DeliveryFilter) => (inbox: Inbox) => inbox.list(filter);
const OPERATIONS: readonly (readonly [string, (inbox: Inbox) => Promise<unknown>, string])[] = [
  ["list dead deliveries", list({ states: ["dead"] }), "jobber_deliveries_unfinished"],
  [
    "list a tenant's paused deliveries",
    list({ tenant: "tenant 3", states: ["paused"] }),
    "jobber_deliveries_",
  ],
  ["list waiting deliveries", list({ states: ["waiting"] }), "jobber_deliveries_"],
  ["list by sequence", list({ sequences: [5, 7, 11] }), "jobber_deliveries_pkey"],
  ["find due objects", (inbox) => inbox.due({ now: NOW, limit: 10 }), "jobber_deliveries_due"],
  [
    "settle a claim",
    async (inbox) => {
      const claim = await inbox.claim({ ...objectOf("3"), tenant: "tenant 3" }, LEASE);
      if (claim !== null) await inbox.settle(claim, done(claim));
    },
    "jobber_deliveries_pkey",
  ],
  [
    "claim an object",
    (inbox) => inbox.claim(objectOf("1"), { leaseMs: 1000, now: NOW }),
    "jobber_deliveries_open",
  ],
  ["accept a delivery", (inbox) => inbox.accept(delivery("1")), "jobber_deliveries_key"],
  [
    "replay",
    (inbox) => inbox.replay({ tenant: "initech", states: ["dead"] }),
    "jobber_deliveries_unfinished",
  ],
  ["resume", (inbox) => inbox.resume("initech"), "jobber_deliveries_paused"],
  [
    "purge",
    (inbox) => inbox.purge({ bodiesAfterMs: 1e12, failedAfterMs: 1e12 }),
    "jobber_deliveries_",
  ],
];

for (const [name, use, index] of OPERATIONS) {
  it(`uses an index, not the whole table, to ${name}`, async () => {
    const statements = await statementsOf(use);
    expect(statements.length).toBeGreaterThan(0);
    const read = await Promise.all(statements.map((statement) => readBy(statement)));
    expect(read.map(({ wholeTable }) => wholeTable)).toEqual(read.map(() => 0));
    expect(Math.max(...read.map(({ rows }) => rows))).toBeLessThanOrEqual(UNFINISHED);
    expect(read.flatMap(({ indexes }) => indexes)).toContainEqual(expect.stringContaining(index));
  });
}

describe("cost", () => {
  it("of claim and settle grows linearly with the rows of an object", async () => {
    const claimAndSettle = async (rows: number) => {
      const object = { ...objectOf(`${rows} rows`), tenant: "busy" };
      await insertWaiting(object.objectId, rows);
      const began = performance.now();
      await statementsOf(async (inbox) => {
        const claim = await inbox.claim(object, LEASE);
        expect(claim?.deliveries).toHaveLength(rows);
        if (claim !== null) await inbox.settle(claim, done(claim));
      });
      return performance.now() - began;
    };
    await claimAndSettle(100);
    expect(await claimAndSettle(3200)).toBeLessThan(20 * (await claimAndSettle(400)));
  });

  it("of due does not grow with the backlog of a tenant", async () => {
    await insertWaiting("", 5000);
    const [statement] = await statementsOf((inbox) => inbox.due({ now: NOW, limit: 10 }));
    expect(statement && (await readBy(statement)).rows).toBeLessThan(1000);
  });

  /** Inserts due rows of one object, or of as many objects as rows for an empty id. */
  async function insertWaiting(objectId: string, rows: number): Promise<void> {
    await database.pool.query(
      `INSERT INTO "${schema}".jobber_deliveries
         (sequence, tenant, object_type, object_id, delivery_key, state, body, received_at, started_at, due_at)
       SELECT nextval('"${schema}".jobber_sequence'), 'busy', 'job', CASE $1 WHEN '' THEN i::text ELSE $1 END, i::text,
         'waiting', 'body', now(), now(), now() - interval '1 hour'
       FROM generate_series(1, $2::int) AS i`,
      [objectId, rows],
    );
  }
});
