import type { Dispatch, Hook } from "@jobber-sync/core/ports";
import type { VersionEvent } from "./http/check-version.ts";

/** An event of one tenant. */
export interface TenantEvent {
  readonly tenant: string;
}

/** Why a tenant's owner must complete the OAuth flow again. */
export type ReauthReason =
  /** Jobber rejected the refresh token. */
  | "refresh_rejected"
  /**
   * No key decrypts the stored tokens. Restoring the key also helps: call `inbox.resume(tenant)`
   * after that.
   */
  | "key_lost";

/**
 * Hooks of `createJobberApi`, called synchronously and never awaited: keep them short. A hook that
 * throws or rejects is logged with its error and has no other effect.
 */
export interface JobberApiHooks {
  /**
   * A tenant was connected or reconnected. Return `inbox.resume(tenant)` to process what waited.
   */
  readonly connected?: Hook<TenantEvent> | undefined;
  /**
   * A tenant's owner must complete the OAuth flow. Its deliveries are paused, not lost. Emitted
   * once, by the process that noticed.
   */
  readonly needsReauth?: Hook<TenantEvent & { readonly reason: ReauthReason }> | undefined;
  /**
   * Jobber hid types or fields that a query selects, because the app lacks a permission. Emitted
   * once per tenant and set of names, until the tenant is connected again.
   */
  readonly missingPermission?:
    | Hook<TenantEvent & { readonly hidden: readonly string[] }>
    | undefined;
  /** The account disconnected the app; its tokens were erased. Emitted once. */
  readonly disconnected?: Hook<TenantEvent> | undefined;
  /** This process refreshed a tenant's tokens. */
  readonly refreshed?: Hook<TenantEvent> | undefined;
  /**
   * Jobber used another API version than requested, or warned about the version. Emitted once per
   * version and warning.
   */
  readonly version?: Hook<VersionEvent> | undefined;
  /** Jobber rejected a tenant's request because of a rate or cost limit. */
  readonly throttled?: Hook<TenantEvent & { readonly retryAfterMs: number }> | undefined;
}

/** The events of {@link JobberApiHooks}, by name. */
export type JobberApiEvents = {
  readonly [N in keyof JobberApiHooks]-?: Parameters<NonNullable<JobberApiHooks[N]>>[0];
};

/** Publishes an event to the hooks and the diagnostics channel. */
export type Emit = Dispatch<JobberApiEvents>;
