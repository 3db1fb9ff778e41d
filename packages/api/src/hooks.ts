import { isJobberSyncError, type Logger } from "@jobber-sync/core";
import type { VersionEvent } from "./http/check-version.ts";

/** Whom it is about. */
export interface TenantEvent {
  readonly tenant: string;
}

/** What can be listened to. Called synchronously: keep them short. One that throws is logged and otherwise ignored. */
export interface JobberApiHooks {
  /** A tenant was connected (again): a good moment for `inbox.resume(tenant)`. */
  readonly connected?: (notification: TenantEvent) => void;
  /**
   * Jobber accepts neither of a tenant's tokens. Its deliveries are paused, not lost; somebody has to go through the OAuth flow. Told once,
   * by the process that found out.
   */
  readonly needsReauth?: (
    notification: TenantEvent & { readonly reason: "refresh_rejected" | "token_rejected" },
  ) => void;
  /** The account has disconnected the app; its tokens were erased. Told once. */
  readonly disconnected?: (notification: TenantEvent) => void;
  /** A tenant's tokens were refreshed by this process. */
  readonly refreshed?: (notification: TenantEvent) => void;
  /** Another API version answered than was asked for, or Jobber warns about it. Told once per version and warning. */
  readonly version?: (notification: VersionEvent) => void;
  /** A request of a tenant was rejected by Jobber for being one too many, or too much. */
  readonly throttled?: (notification: TenantEvent & { readonly retryAfterMs: number }) => void;
}

/** Tells a hook, if there is one. */
export type TellHook = <N extends keyof JobberApiHooks>(
  name: N,
  notification: Parameters<NonNullable<JobberApiHooks[N]>>[0],
) => void;

/** Makes the function that hooks are told through. */
export function createEmit(hooks: JobberApiHooks, logger: Logger): TellHook {
  return (name, notification) => {
    try {
      (hooks[name] as ((notification: unknown) => void) | undefined)?.(notification);
    } catch (error) {
      // The error is the user's and may quote anything; its kind is all that is said.
      const code = isJobberSyncError(error) ? error.code : undefined;
      logger.error(
        { hook: name, code },
        `the ${name} hook threw; mend it, nothing else is affected`,
      );
    }
  };
}
