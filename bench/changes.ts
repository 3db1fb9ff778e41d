import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { createWorker, type JobberWorker } from "@jobber-sync/core";
import type { ChangeFeed, Inbox, SyncChange, SyncStore } from "@jobber-sync/core/ports";
import { BOSS_SETTINGS, createPostgres, POOL_SETTINGS } from "@jobber-sync/postgres";
import { openSqlite } from "@jobber-sync/sqlite";
import pg from "pg";
import { PgBoss } from "pg-boss";
import { startTestServer } from "../packages/postgres/test/support/embedded-postgres.ts";
import { byCallers, CALLERS } from "./callers.ts";
import { compare } from "./compare.ts";
import type { Figure } from "./figure.ts";
import { sampleChange } from "./samples.ts";

/** The parts of a database that a measurement uses. */
interface Measured {
  readonly inbox: Inbox;
  readonly store: SyncStore;
  readonly changes: ChangeFeed;
}

/** Measures what the change feed costs `apply`, and the time from a commit to its handler. */
export async function* changeFigures(): AsyncIterable<Figure> {
  yield* sqliteFigures();
  yield* postgresFigures();
}

async function* sqliteFigures(): AsyncIterable<Figure> {
  const folder = mkdtempSync(join(tmpdir(), "jobber-sync-bench-"));
  const plain = openSqlite(join(folder, "plain.db"));
  const fed = openSqlite(join(folder, "fed.db"), { changes: true });
  // Another handle of the file, as another process has it.
  const other = openSqlite(join(folder, "fed.db"), { changes: true });
  try {
    yield await applyFigure("SQLite", fed.store, plain.store);
    yield await latencyFigure("SQLite", fed, fed.store, 250);
    yield await latencyFigure("SQLite, another process", fed, other.store, 250);
  } finally {
    await Promise.all([plain.close(), fed.close(), other.close()]);
    rmSync(folder, { recursive: true });
  }
}

async function* postgresFigures(): AsyncIterable<Figure> {
  const server = await startTestServer();
  const { connectionString } = server;
  const pool = new pg.Pool({ connectionString, ...POOL_SETTINGS, max: 16 }).on("error", () => {});
  const boss = new PgBoss({ connectionString, ...BOSS_SETTINGS }).on("error", () => {});
  try {
    await boss.start();
    const open = async (schema: string, changes: boolean) => {
      const opened = createPostgres({ pool, boss, schema, queue: schema, prepare: true, changes });
      await opened.migrate();
      return opened;
    };
    const plain = await open("plain", false);
    const fed = await open("fed", true);
    const other = await open("fed", true);
    yield await applyFigure("Postgres", fed.store, plain.store);
    yield await latencyFigure("Postgres", fed, fed.store, 1000);
    yield await latencyFigure("Postgres, another process", fed, other.store, 1000);
  } finally {
    await boss.stop({ graceful: false });
    await pool.end();
    await server.stop();
  }
}

/** Every call inserts or changes a contact and a job of 500, so that it writes two changes. */
async function applyFigure(name: string, fed: SyncStore, plain: SyncStore): Promise<Figure> {
  const ours = byCallers((index) => fed.apply(changeAt(index)));
  const theirs = byCallers((index) => plain.apply(changeAt(index)));
  const against = "apply without the feed";
  return compare({
    name: `apply with the change feed, ${name}, ${CALLERS} callers`,
    against,
    target: 0.7,
    roundMs: 500,
    ours,
    theirs,
  });
}

function changeAt(index: number): SyncChange {
  const change = sampleChange(index % 500);
  const text = `at ${index}`;
  return {
    ...change,
    contacts: change.contacts.map((write) => ({
      ...write,
      sequence: index + 1,
      fields: { name: text },
    })),
    jobs: change.jobs.map((write) => ({ ...write, sequence: index + 1, fields: { title: text } })),
    submissions: [],
  } as SyncChange;
}

const SAMPLES = 101;

/** Measures from the end of `apply` to the call of the handler, one change at a time. */
async function latencyFigure(
  name: string,
  { inbox, store, changes }: Measured,
  writer: SyncStore,
  targetMs: number,
): Promise<Figure> {
  let notify: (at: number) => void = () => {};
  const worker: JobberWorker = createWorker({
    inbox,
    store,
    feed: changes,
    changes: { job: ({ tenant }) => void (tenant === "latency" && notify(performance.now())) },
    logger: { info: () => {}, warn: () => {}, error: console.error },
  });
  // What the comparison has left over would delay the first samples.
  await worker.drain();
  worker.start();
  const times: number[] = [];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const handled = new Promise<number>((resolve) => {
      notify = resolve;
    });
    const [job] = sampleChange(sample).jobs;
    const sequence = await writer.nextSequence();
    const write = { ...job, tenant: "latency", sequence, fields: { title: `at ${sequence}` } };
    await writer.apply({ contacts: [], jobs: [write as never], submissions: [] });
    const committed = performance.now();
    times.push(Math.max(0, (await handled) - committed));
    // Not in step with the listener's interval.
    await delay((sample * 37) % 200);
  }
  await worker.stop();
  const sorted = times.sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.floor(share * (SAMPLES - 1))] ?? Number.NaN;
  return {
    name: `change handler, ${name}, p50 (least–p99)`,
    against: "the commit of the change",
    target: targetMs,
    bound: "at most",
    unit: "ms",
    value: at(0.5),
    least: at(0),
    most: at(0.99),
  };
}
