import { setTimeout as delayFor } from "node:timers/promises";
import { createMemoryLease, type Logger, type StatusOverrides } from "@jobber-sync/core";
import { type Lease, positiveInteger, safeLogger, type TokenStore } from "@jobber-sync/core/ports";
import { type ExtraOptions, type ExtraSelections, prepareExtra } from "./extra/extra-selections.ts";
import type { JobberApiHooks } from "./hooks.ts";
import { checkEndpoint, JOBBER_ENDPOINT } from "./http/check-endpoint.ts";
import type { FetchLike } from "./http/fetch-like.ts";
import type { Sleep } from "./limits/tenant-limits.ts";

/** Options for `createJobberApi`. */
export interface JobberApiOptions {
  /** The token store. Wrap it in `encryptTokens`. */
  readonly tokens: TokenStore;
  /**
   * The lease that all processes using these tokens share.
   *
   * @default a lease within this process
   */
  readonly lease?: Lease | undefined;
  /**
   * The API version to request, as `YYYY-MM-DD` (docs/jobber-facts.md#api-versions). This package
   * is written for and tested against 2026-07-27.
   */
  readonly version: string;
  readonly clientId: string;
  readonly clientSecret: string;
  /**
   * The GraphQL endpoint of Jobber or a simulator; https, or http on this machine. The OAuth
   * endpoints are derived from its origin.
   *
   * @default "https://api.getjobber.com/api/graphql"
   */
  readonly endpoint?: string | undefined;
  /** @default the global fetch */
  readonly fetch?: FetchLike | undefined;
  /** The time limit for one response. Milliseconds. @default 15000 */
  readonly timeoutMs?: number | undefined;
  /**
   * The longest wait for Jobber's rate limits. A query that would wait longer rejects with
   * `ERR_API_THROTTLED` or `ERR_API_RATE_LIMITED`. Milliseconds.
   *
   * @default 10000
   */
  readonly maxWaitMs?: number | undefined;
  /**
   * Requests of this process per tenant in 300 s. Jobber allows an app 2,500 per account
   * (docs/jobber-facts.md#rate-limits).
   *
   * @default 2400
   */
  readonly maxRequests?: number | undefined;
  /**
   * Overrides for the mapping from Jobber's job status; see `mapJobStatus`. A worker and a
   * reconciler that use this API take them from here.
   */
  readonly statusOverrides?: StatusOverrides | undefined;
  /**
   * Fields to read beside those of the records, per record type, as GraphQL selections. They are
   * stored as `extra` (docs/records.md#extra), and `jobber-sync-check-extra` checks them against a
   * schema. A selection that Jobber hides from the app is dropped and reported by
   * `hooks.missingPermission`.
   *
   * @default none
   */
  readonly extra?: ExtraOptions | undefined;
  readonly hooks?: JobberApiHooks | undefined;
  /** @default the console */
  readonly logger?: Logger | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  /** Waits; for tests with a fake clock. @default a timer */
  readonly sleep?: Sleep | undefined;
  /** A random number from 0 to 1, for jitter. @default Math.random */
  readonly random?: (() => number) | undefined;
}

/** Validated options with their defaults filled in. */
export type CheckedOptions = {
  readonly [K in Exclude<keyof JobberApiOptions, "extra">]-?: Exclude<
    JobberApiOptions[K],
    undefined
  >;
} & { readonly extra: ExtraSelections };

/**
 * Validates the options and fills in defaults.
 *
 * @throws {TypeError} for a version that is not a date, an unsafe endpoint, missing credentials, a
 * number out of range, or an unusable selection
 */
export function checkOptions(options: JobberApiOptions): CheckedOptions {
  const { version, clientId, clientSecret, endpoint = JOBBER_ENDPOINT, now = Date.now } = options;
  if (typeof version !== "string" || !/^\d{4}-\d\d-\d\d$/.test(version)) {
    throw new TypeError('version must be a Jobber API version such as "2026-07-27".');
  }
  for (const [name, value] of Object.entries({ clientId, clientSecret })) {
    if (typeof value !== "string" || value.trim() === "") {
      throw new TypeError(`${name} is missing. Check that its environment variable is set.`);
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
    extra: prepareExtra(options.extra ?? {}, now),
    hooks: options.hooks ?? {},
    logger: safeLogger(options.logger),
    now,
    sleep: options.sleep ?? (async (ms, signal) => delayFor(ms, undefined, { signal })),
    random: options.random ?? Math.random,
  };
}
