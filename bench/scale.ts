import { createHash } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { Inbox } from "@jobber-sync/core/ports";
import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS } from "@jobber-sync/postgres";
import { openSqlite } from "@jobber-sync/sqlite";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { startTestServer } from "../packages/postgres/test/support/embedded-postgres.ts";
import { byCallers, CALLERS } from "./callers.ts";
import { compare } from "./compare.ts";
import type { Figure } from "./figure.ts";
import { sampleDelivery } from "./samples.ts";

const MANY = 1_000_000;
const FEW = 10_000;
/** At most 1.5 times slower. */
const TARGET = 1 / 1.5;

/** Every second row has the key of a notification, the others the hash of a snapshot. */
const KEY_SQLITE = `CASE n % 2 WHEN 0 THEN lower(hex(randomblob(32))) ELSE 'JOB_UPDATE:MQ==:Mg==:' || strftime('%Y-%m-%dT%H:%M:%SZ', 1735689600 + n, 'unixepoch') END`;
const KEY_POSTGRES = `CASE n % 2 WHEN 0 THEN encode(sha256(n::text::bytea), 'hex') ELSE 'JOB_UPDATE:MQ==:Mg==:' || to_char(timestamp '2025-01-01' + n * interval '1 s', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') END`;
const COLUMNS =
  "sequence, tenant, object_type, object_id, delivery_key, topic, state, body, received_at, started_at, due_at, finished_at";

/** Measures accept beside 1,000,000 finished deliveries against accept beside 10,000. */
export async function scaleRows(): Promise<readonly Figure[]> {
  return [...(await sqliteScale()), ...(await postgresScale())];
}

interface Filled {
  readonly inbox: Inbox;
  /** Finishes what was accepted. */
  finish(): unknown;
}

async function acceptRows(
  name: string,
  [many, few]: readonly [Filled, Filled],
): Promise<readonly Figure[]> {
  const rows: Figure[] = [];
  for (const kind of ["notifications", "snapshots"] as const) {
    let salt = 0;
    const accept = ({ inbox }: Filled) => {
      salt += 1;
      const own = salt;
      return byCallers((index) => {
        const delivery = sampleDelivery(index);
        if (kind === "notifications") return inbox.accept(delivery);
        const deliveryKey = createHash("sha256").update(`${own} ${index}`).digest("hex");
        return inbox.accept({ ...delivery, deliveryKey });
      });
    };
    rows.push(
      await compare({
        name: `accept of ${kind}, ${name}, beside ${MANY.toLocaleString("en")} finished rows, ${CALLERS} callers`,
        against: `beside ${FEW.toLocaleString("en")} rows`,
        target: TARGET,
        roundMs: 500,
        rounds: 9,
        ours: accept(many),
        theirs: accept(few),
      }),
    );
    await many.finish();
    await few.finish();
  }
  return rows;
}

async function sqliteScale(): Promise<readonly Figure[]> {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-scale-"));
  const opened = [MANY, FEW].map((count) => {
    const path = join(folder, `${count}.db`);
    const { inbox, close } = openSqlite(path);
    const other = new DatabaseSync(path);
    other.exec(`INSERT INTO jobber_deliveries (${COLUMNS})
      WITH RECURSIVE numbers(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM numbers WHERE n < ${count})
      SELECT n, 'acme', 'job', 'id-' || (n % 100000), ${KEY_SQLITE}, 'JOB_UPDATE', 'done',
        zeroblob(240), 1735689600000, 1735689600000, 1735689600000, 1735689600000 FROM numbers`);
    other.exec(`UPDATE jobber_sequence SET value = ${count + 1}`);
    const finish = () =>
      other.exec(
        "UPDATE jobber_deliveries SET state = 'done', finished_at = received_at WHERE state = 'waiting'",
      );
    return { inbox, finish, other, close };
  });
  const [many, few] = opened;
  try {
    return many === undefined || few === undefined ? [] : await acceptRows("SQLite", [many, few]);
  } finally {
    for (const { close, other } of opened) {
      other.close();
      await close();
    }
    rmSync(folder, { recursive: true });
  }
}

async function postgresScale(): Promise<readonly Figure[]> {
  const server = await startTestServer();
  const { connectionString } = server;
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS, max: 16 }).on("error", () => {});
  const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS }).on("error", () => {});
  await boss.start();
  const admin = new pg.Client({ connectionString, statement_timeout: 0 });
  admin.on("error", () => {});
  await admin.connect();
  const fill = async (count: number): Promise<Filled> => {
    const schema = `rows_${count}`;
    const names = { schema, queue: schema };
    const options = { pool, boss, ...names, prepare: true, acceptTimeoutMs: 20_000 };
    const { inbox, migrate } = createPostgres(options);
    await migrate();
    const table = `${schema}.jobber_deliveries`;
    await admin.query(`INSERT INTO ${table} (${COLUMNS})
      SELECT nextval('${schema}.jobber_sequence'), 'acme', 'job', 'id-' || (n % 100000), ${KEY_POSTGRES},
        'JOB_UPDATE', 'done', decode(repeat('00', 240), 'hex'), now(), now(), now(), now()
      FROM generate_series(1, ${count}) AS n`);
    await admin.query(`VACUUM ANALYZE ${table}`);
    const finished = `UPDATE ${table} SET state = 'done', finished_at = now() WHERE state = 'waiting'`;
    return { inbox, finish: () => admin.query(finished) };
  };
  try {
    const filled = [await fill(MANY), await fill(FEW)] as const;
    await admin.query("CHECKPOINT");
    return await acceptRows("Postgres", filled);
  } finally {
    await boss.stop({ graceful: false });
    await admin.end();
    await pool.end();
    await server.stop();
  }
}
