import type { JobberSync, JobberSyncOptions } from "jobber-sync";

/** The checks of `jobber-sync doctor`, in their order. */
export const CHECKS = [
  "secret",
  "clock",
  "durability",
  "pooler",
  "schema",
  "rights",
  "version",
  "encryption key",
  "connection",
  "scopes",
  "silence",
  "endpoint",
] as const;

/** The name of a check. */
export type CheckName = (typeof CHECKS)[number];

/** The result of one check. */
export interface CheckResult {
  readonly check: CheckName;
  readonly status: "ok" | "problem" | "skipped";
  /** The problem and its fix, or the reason why the check could not run. */
  readonly message: string;
}

/** The set-up that the checks look at. */
export interface Patient {
  readonly options: JobberSyncOptions;
  readonly tenants: readonly string[];
  /** `null` when the options do not make a backend; the checks of them say why. */
  readonly sync: JobberSync | null;
  /** The public webhook URL to probe; `undefined` skips the probe. */
  readonly url: string | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly signal: AbortSignal;
}

/** Creates a result without a problem. */
export function ok(check: CheckName, message: string): CheckResult {
  return { check, status: "ok", message };
}

/** Creates a result that needs a fix. */
export function problem(check: CheckName, message: string): CheckResult {
  return { check, status: "problem", message };
}

/** Creates the result of a check that could not run. */
export function skipped(check: CheckName, message: string): CheckResult {
  return { check, status: "skipped", message };
}
