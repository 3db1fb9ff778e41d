import type { BossQueueSettings } from "./boss.ts";

/**
 * Bounds for `new pg.Pool({ connectionString, ...POOL_SETTINGS })`, in milliseconds: without them a starved pool, a lock or a dead network
 * makes a statement wait for ever. The deliveries themselves are answered in time either way.
 */
export const POOL_SETTINGS = {
  /** Waiting for a connection, from the pool or from the server. */
  connectionTimeoutMillis: 2000,
  /** The server gives up a statement. */
  statement_timeout: 10_000,
  /** The client gives up a statement whose response does not come; later than the server, which knows why. */
  query_timeout: 12_000,
  /** The server ends a transaction that nobody goes on with, and frees its locks. */
  idle_in_transaction_session_timeout: 15_000,
  keepAlive: true,
  /**
   * Statements of a transaction may share a round trip. Leave it out where others use the pool with pg-cursor or pg-query-stream, which pg
   * rejects then. An older pg does not know it and goes on one by one.
   */
  pipeline: true,
} as const;

/**
 * For `new PgBoss({ connectionString, ...BOSS_SETTINGS })`: dead workers are noticed within seconds, work starts when it is there instead of
 * at the next poll, and a network that died is noticed.
 */
export const BOSS_SETTINGS = {
  superviseIntervalSeconds: 5,
  monitorIntervalSeconds: 5,
  /** How often completed wake-ups are deleted. pg-boss's own default is a day, and the table keeps millions. */
  maintenanceIntervalSeconds: 300,
  useListenNotify: true,
  keepAlive: true,
  /** Waiting for a connection. Milliseconds. */
  connectionTimeoutMillis: 5000,
  /** The client gives up a statement whose response does not come. Longer than any of pg-boss's takes, but for what its upgrades do. Milliseconds. */
  query_timeout: 60_000,
} as const;

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/**
 * Only `standard` keeps one job per row. With `short` (and the others that drop a job for one that already waits) a send inside an open
 * transaction is dropped against a job that runs before the commit, and the delivery waits for ever.
 */
export const QUEUE_POLICY = "standard";

/** What the queue is set to. The rows are the truth and have their own retries; these only see to it that a wake-up is not lost. */
export const QUEUE_SETTINGS: BossQueueSettings = {
  // A wake-up is given up only with its retention. More than a smallint is not needed: with the back-off it is years.
  retryLimit: 10_000,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: HOUR_SECONDS,
  retentionSeconds: 60 * DAY_SECONDS,
  // A completed wake-up says nothing that the row does not say.
  deleteAfterSeconds: HOUR_SECONDS,
  expireInSeconds: 300,
  heartbeatSeconds: 10,
  notify: true,
};
