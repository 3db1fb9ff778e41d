import type { Intent } from "@jobber-sync/core";
import { type ErrorCode, isJobberSyncError } from "@jobber-sync/core";
import type { IntentSettlement } from "@jobber-sync/core/ports";

type Detail = Readonly<Record<string, unknown>>;

const MINUTE_MS = 60_000;
/** Waits between looks at Jobber after a lost response: its indexes lag. */
const LOOK_DELAYS_MS = [5 * MINUTE_MS, 30 * MINUTE_MS];
const OUTAGE_LOOK_MS = MINUTE_MS;
const MAX_BACK_OFF_MS = 60 * MINUTE_MS;
const FIRST_BACK_OFF_MS = 2000;
const MAX_AGE_MS = 72 * 60 * MINUTE_MS;

const PAUSING: ReadonlySet<ErrorCode> = new Set([
  "ERR_API_NEEDS_REAUTH",
  "ERR_API_DISCONNECTED",
  "ERR_API_PERMISSION",
  "ERR_TOKEN_DECRYPT",
]);
const THROTTLED: ReadonlySet<ErrorCode> = new Set(["ERR_API_THROTTLED", "ERR_API_RATE_LIMITED"]);

/** Settles an intent that needs another run although nothing failed. What was sent stays known. */
export function again(
  { sequence, sentAt, attempts, looks }: Intent,
  dueAt: number,
  reason: string,
): IntentSettlement {
  return sentAt === null
    ? { sequence, state: "waiting", dueAt, attempts, reason }
    : { sequence, state: "uncertain", dueAt, looks, reason };
}

/** Settles an intent as finished, for a person. */
export function forPerson(
  { sequence }: Intent,
  reason: string,
  detail: Detail | null = null,
): IntentSettlement {
  return { sequence, state: "check", reason, detail };
}

/** Settles an intent whose look at Jobber found nothing. Pure. */
export function notFound(
  intent: Intent,
  { hasMarker, now }: { readonly hasMarker: boolean; readonly now: number },
): IntentSettlement {
  const { sequence, looks, attempts } = intent;
  const wait = LOOK_DELAYS_MS[looks];
  if (wait !== undefined)
    return {
      sequence,
      state: "uncertain",
      dueAt: now + wait,
      looks: looks + 1,
      reason: "not_found",
    };
  return hasMarker
    ? { sequence, state: "waiting", dueAt: now, attempts, reason: "not_found" }
    : forPerson(intent, "not_found");
}

/** Circumstances of a failure. */
export interface Failure {
  readonly error: unknown;
  /** Whether this run has sent the mutation, or may have. */
  readonly mayHaveSent: boolean;
  /** Whether the worker is stopping: what failed then is released. */
  readonly stopped: boolean;
  readonly lookAfterMs: number;
  readonly now: number;
  readonly random: number;
}

/** Settles an intent whose run failed. Pure. */
export function settleFailure(
  intent: Intent,
  { error, mayHaveSent, stopped, lookAfterMs, now, random }: Failure,
): IntentSettlement {
  const { sequence, attempts, sentAt, looks, createdAt } = intent;
  const code = isJobberSyncError(error) ? error.code : "ERR_SOURCE";
  if (mayHaveSent)
    return { sequence, state: "uncertain", dueAt: now + lookAfterMs, looks: 0, reason: code };
  if (stopped) return again(intent, now, "stopped");
  if (PAUSING.has(code)) return { sequence, state: "paused", reason: code, detail: null };
  if (sentAt !== null)
    return { sequence, state: "uncertain", dueAt: now + OUTAGE_LOOK_MS, looks, reason: code };
  if (code === "ERR_API_QUERY") return { sequence, state: "rejected", reason: code, detail: null };
  const throttled = THROTTLED.has(code);
  if (!throttled && now - createdAt > MAX_AGE_MS && attempts > 0) return forPerson(intent, code);
  const backOff = Math.min(MAX_BACK_OFF_MS, FIRST_BACK_OFF_MS * 2 ** Math.min(attempts, 20));
  const asked = isJobberSyncError(error) ? (error.retryAfterMs ?? 0) : 0;
  const waitMs = Math.max(asked, backOff / 2 + (backOff / 2) * random);
  return {
    sequence,
    state: "waiting",
    dueAt: now + Math.ceil(waitMs),
    attempts: attempts + (throttled ? 0 : 1),
    reason: code,
  };
}
