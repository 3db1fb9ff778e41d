import type { Intent, Logger, StatusOverrides } from "@jobber-sync/core";
import type {
  IntentClaim,
  IntentSettlement,
  Outbox,
  SyncChange,
  SyncStore,
} from "@jobber-sync/core/ports";

/** Options for one request to Jobber. */
export interface PushRequestOptions {
  readonly signal?: AbortSignal | undefined;
  readonly allowUserErrors?: boolean | undefined;
  readonly beforeSend?: (() => Promise<void>) | undefined;
}

/** Sends a query or a mutation on behalf of a tenant. `JobberApi.request` satisfies it. */
export type PushRequest = <Data, Variables extends object>(
  tenant: string,
  document: string,
  variables: Variables,
  options?: PushRequestOptions,
) => Promise<Data>;

/** Dependencies of every run. */
export interface RunContext {
  readonly outbox: Outbox;
  readonly store: Pick<SyncStore, "nextSequence">;
  readonly request: PushRequest;
  /** Waits for a slot in the tenant's rate limit. */
  readonly beforeFetch: (tenant: string, signal: AbortSignal) => Promise<void>;
  readonly statusOverrides: StatusOverrides | undefined;
  readonly logger: Logger;
  readonly leaseMs: number;
  /** Time from the start of a mutation after which it cannot be executed any more. Milliseconds. */
  readonly lookAfterMs: number;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Milliseconds of a clock that is never set. */
  readonly monotonic: () => number;
  /** 0 to 1, for jitter. */
  readonly random: () => number;
}

/** The run of one intent. */
export interface IntentRun extends RunContext {
  readonly claim: IntentClaim;
  readonly intent: Intent;
  /** The object's newest pushed change, which proves whether a read is fresh. */
  readonly last: Intent | null;
  readonly signal: AbortSignal;
}

/** The result of an intent's run. */
export interface RunResult {
  readonly settlement: IntentSettlement;
  /** The records that Jobber returned. */
  readonly change?: SyncChange | undefined;
}

/** Asks Jobber within the tenant's rate limit. */
export async function ask<Data>(
  { request, beforeFetch, claim, signal }: IntentRun,
  document: string,
  variables: object,
): Promise<Data> {
  const { tenant } = claim.object;
  await beforeFetch(tenant, signal);
  return request<Data, object>(tenant, document, variables, { signal });
}
