import type { BackendSettings } from "./open-backend.ts";

/** Settings of a worker process. */
export interface WorkerSettings {
  readonly backend: BackendSettings;
  readonly api: {
    readonly endpoint: string;
    readonly version: string;
    readonly clientId: string;
    readonly clientSecret: string;
    readonly maxRequests: number;
  };
  readonly fetchesPerSecond: number;
  readonly looksMs: readonly number[];
}
