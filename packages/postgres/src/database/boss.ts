/** What pg-boss runs its statements on, so that a job can be part of a transaction of ours. */
export interface BossDatabase {
  // pg-boss asks for exactly this.
  // biome-ignore lint/suspicious/noExplicitAny: its rows are whatever the statement selects
  executeSql(text: string, values?: unknown[]): Promise<{ rows: any[] }>;
}

/** The settings of a queue that matter here; the names are pg-boss's, the numbers are seconds. */
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

/** A job as this package takes it. */
export interface BossJob {
  readonly data: object;
  /** Aborted when pg-boss no longer takes the job for this worker's. */
  readonly signal?: AbortSignal;
}

/** How this package takes jobs. */
export interface BossWorkOptions {
  readonly batchSize: number;
  readonly localConcurrency: number;
  readonly burstWhenBatchFull: boolean;
  readonly pollingIntervalSeconds: number;
  readonly notifyPollingIntervalSeconds: number;
}

/**
 * The part of pg-boss 12 that is used. `new PgBoss(…)` is one; start it before you migrate, accept or listen, and listen to its `error`
 * event: an EventEmitter without a listener ends the process.
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
  /** pg-boss's own connection, to see that it leads to the same database. */
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
