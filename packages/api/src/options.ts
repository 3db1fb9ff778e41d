import { setTimeout as delayFor } from "node:timers/promises";
import { createMemoryLease, type Logger, type StatusOverrides } from "@jobber-sync/core";
import { type Lease, positiveInteger, safeLogger, type TokenStore } from "@jobber-sync/core/ports";
import type { JobberApiHooks } from "./hooks.ts";
import { checkEndpoint, JOBBER_ENDPOINT } from "./http/check-endpoint.ts";
import type { FetchLike } from "./http/fetch-like.ts";
import type { Sleep } from "./limits/tenant-limits.ts";

/** What `createJobberApi` takes. */
export interface JobberApiOptions {
  /** Where the tenants' tokens are. Wrap it in `encryptTokens`. */
  readonly tokens: TokenStore;
  /** Shared by every process that uses these tokens. @default one of this process alone */
  readonly lease?: Lease | undefined;
  /** The API version to ask for, `YYYY-MM-DD` (F5.2). Written for and checked against 2026-07-27. */
  readonly version: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * Jobber's GraphQL endpoint, or a simulator's; the OAuth endpoints are found beside it. https, or http on this machine.
   *
   * @default "https://api.getjobber.com/api/graphql"
   */
  readonly endpoint?: string | undefined;
  /** @default the global fetch */
  readonly fetch?: FetchLike | undefined;
  /** Longest time for one response. Milliseconds. @default 15000 */
  readonly timeoutMs?: number | undefined;
  /** Longest wait for a place within Jobber's limits; after that `ERR_API_THROTTLED`. Milliseconds. @default 10000 */
  readonly maxWaitMs?: number | undefined;
  /** Requests of this process per tenant in 300 s. Jobber allows 2,500 for the app (F5.3). @default 2400 */
  readonly maxRequests?: number | undefined;
  /** Jobber status → ours; see `mapJobStatus`. */
  readonly statusOverrides?: StatusOverrides | undefined;
  readonly hooks?: JobberApiHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Waits; for tests that have a clock of their own. @default a timer */
  readonly sleep?: Sleep | undefined;
  /** 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** The options, checked and complete. */
export type CheckedOptions = {
  readonly [K in keyof JobberApiOptions]-?: Exclude<JobberApiOptions[K], undefined>;
};

/** @throws {TypeError} for what cannot work: a version that is no date, an unsafe endpoint, missing credentials, numbers that are none */
export function checkOptions(options: JobberApiOptions): CheckedOptions {
  const { version, clientId, clientSecret, endpoint = JOBBER_ENDPOINT } = options;
  if (typeof version !== "string" || !/^\d{4}-\d\d-\d\d$/.test(version)) {
    throw new TypeError('version must be one of Jobber\'s API versions, such as "2026-07-27".');
  }
  for (const [name, value] of Object.entries({ clientId, clientSecret })) {
    if (typeof value !== "string" || value.trim() === "") {
      throw new TypeError(`${name} is missing. Is the environment variable set?`);
    }
  }
  if (typeof options.tokens?.read !== "function")
    throw new TypeError("tokens must be a TokenStore.");
  checkEndpoint("endpoint", endpoint);
  return {
    ...options,
    endpoint,
    version,
    clientId,
    clientSecret,
    lease: options.lease ?? createMemoryLease(),
    fetch: options.fetch ?? ((url, init) => globalThis.fetch(url, init)),
    timeoutMs: positiveInteger("timeoutMs", options.timeoutMs ?? 15_000),
    maxWaitMs: positiveInteger("maxWaitMs", options.maxWaitMs ?? 10_000),
    maxRequests: positiveInteger("maxRequests", options.maxRequests ?? 2400),
    statusOverrides: options.statusOverrides ?? {},
    hooks: options.hooks ?? {},
    logger: safeLogger(options.logger),
    now: options.now ?? Date.now,
    sleep: options.sleep ?? (async (ms, signal) => delayFor(ms, undefined, { signal })),
    random: options.random ?? Math.random,
  };
}
