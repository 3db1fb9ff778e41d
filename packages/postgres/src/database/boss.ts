/** A connection for pg-boss, so that a job can join one of our transactions. */
export interface BossDatabase {
  // The exact type that pg-boss declares.
  // biome-ignore lint/suspicious/noExplicitAny: the columns depend on the statement
  executeSql(text: string, values?: unknown[]): Promise<{ rows: any[] }>;
}

/** The queue settings that this package sets, under pg-boss's names. Durations in seconds. */
export interface BossQueueSettings {
  readonly retryLimit: number;
  readonly retryDelay: number;
  readonly retryBackoff: boolean;
  readonly retryDelayMax: number;
  readonly retentionSeconds: number;
  readonly deleteAfterSeconds: number;
  readonly expireInSeconds: number;
  readonly heartbeatSeconds: number;
  readonly notify: boolean;
}

/** A pg-boss job as a worker receives it. */
export interface BossJob {
  readonly data: object;
  /** Aborts when pg-boss takes the job away from this worker. */
  readonly signal?: AbortSignal;
}

/** Options of `boss.work`, under pg-boss's names. */
export interface BossWorkOptions {
  readonly batchSize: number;
  readonly localConcurrency: number;
  readonly burstWhenBatchFull: boolean;
  readonly pollingIntervalSeconds: number;
  readonly notifyPollingIntervalSeconds: number;
}

/**
 * The part of pg-boss 12 that this package uses; `new PgBoss(…)` satisfies it. Start it before
 * `migrate()`, `accept` and `listen`, and add a listener for its `error` event: an EventEmitter
 * without one ends the process.
 */
export interface Boss {
  insert(
    queue: string,
    jobs: { id?: string; data: object; startAfter?: number }[],
    options?: { db?: BossDatabase },
  ): Promise<unknown>;
  work(
    queue: string,
    options: BossWorkOptions,
    handler: (jobs: BossJob[]) => Promise<unknown>,
  ): Promise<string>;
  offWork(queue: string, options?: { id?: string; wait?: boolean }): Promise<void>;
  /** The connection of pg-boss itself, used to verify that it leads to the same database. */
  getDb?(): BossDatabase;
  getQueue(queue: string): Promise<{ policy?: string } | null>;
  createQueue(
    queue: string,
    options: BossQueueSettings & { policy: string; partition: boolean },
  ): Promise<void>;
  updateQueue(queue: string, options: BossQueueSettings): Promise<void>;
  on(event: "error", listener: (error: unknown) => void): unknown;
  off(event: "error", listener: (error: unknown) => void): unknown;
}
