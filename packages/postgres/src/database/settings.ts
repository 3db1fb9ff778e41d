import type { BossQueueSettings } from "./boss.ts";

/**
 * Time limits for `new pg.Pool({ connectionString, ...POOL_SETTINGS })`, in milliseconds. Without
 * them an exhausted pool, a lock or a dead network blocks a statement indefinitely. The receiver's
 * deadline is independent of them.
 */
export const POOL_SETTINGS = {
  /** Limit for obtaining a connection, from the pool or from the server. */
  connectionTimeoutMillis: 2000,
  /** Limit after which the server cancels a statement. */
  statement_timeout: 10_000,
  /**
   * Limit after which the client stops waiting. Above `statement_timeout`: the server's error names
   * the cause.
   */
  query_timeout: 12_000,
  /** Limit after which the server ends an idle transaction and releases its locks. */
  idle_in_transaction_session_timeout: 15_000,
  keepAlive: true,
  /**
   * Lets statements of a transaction share a round trip. Remove it if the pool is also used with
   * pg-cursor or pg-query-stream: pg rejects that combination. Older versions of pg ignore it.
   */
  pipeline: true,
} as const;

/**
 * Like {@link POOL_SETTINGS}, for connections through a pooler in transaction mode such as
 * PgBouncer, Supavisor or RDS Proxy, together with `createPostgres({ pooler: true, … })`. Poolers
 * reject limits as startup parameters, so each transaction sets them with `SET LOCAL`.
 */
export const POOLER_SETTINGS = {
  /** Limit for obtaining a connection, from the pool or from the pooler. */
  connectionTimeoutMillis: 2000,
  /** Limit after which the client stops waiting. Above the limit that each transaction sets. */
  query_timeout: 12_000,
  keepAlive: true,
} as const;

/**
 * Settings for `new PgBoss({ connectionString, ...BOSS_SETTINGS })`: dead workers are detected
 * within seconds, jobs start on notification rather than at the next poll, and a dead network is
 * detected.
 */
export const BOSS_SETTINGS = {
  superviseIntervalSeconds: 5,
  monitorIntervalSeconds: 5,
  /**
   * Interval at which completed wake-ups are deleted. With pg-boss's default, a day, the table
   * keeps millions.
   */
  maintenanceIntervalSeconds: 300,
  useListenNotify: true,
  keepAlive: true,
  /** Limit for obtaining a connection. Milliseconds. */
  connectionTimeoutMillis: 5000,
  /**
   * Limit after which the client stops waiting for a response. Above every statement of pg-boss
   * except its upgrades. Milliseconds.
   */
  query_timeout: 60_000,
} as const;

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/**
 * The queue's policy. Only `standard` keeps one job per row. `short` and the other deduplicating
 * policies drop a job sent in an open transaction if an equal job runs before the commit, and the
 * delivery would then wait for a wake-up that does not exist.
 */
export const QUEUE_POLICY = "standard";

/**
 * Settings of the queue. Rows have their own retries; these settings only prevent lost wake-ups.
 */
export const QUEUE_SETTINGS: BossQueueSettings = {
  // With the back-off this is years, so a wake-up ends only with its retention. The column is a
  // smallint.
  retryLimit: 10_000,
  retryDelay: 2,
  retryBackoff: true,
  retryDelayMax: HOUR_SECONDS,
  retentionSeconds: 60 * DAY_SECONDS,
  // A completed wake-up contains nothing that the row does not.
  deleteAfterSeconds: HOUR_SECONDS,
  expireInSeconds: 300,
  heartbeatSeconds: 10,
  notify: true,
};
