import type { ReconcileProgress } from "@jobber-sync/api";
import type { JobberSyncOptions } from "jobber-sync";

const PROGRESS_EVERY_MS = 5000;

/** Creates hooks that print what the operator of an example has to know. */
export function consoleHooks(): NonNullable<JobberSyncOptions["hooks"]> {
  let printedAt = 0;
  return {
    needsReauth: ({ tenant }) => console.warn(`${tenant} must connect to Jobber again`),
    disconnected: ({ tenant }) => console.warn(`${tenant} disconnected the app`),
    progress(progress) {
      if (!progress.full || Date.now() - printedAt < PROGRESS_EVERY_MS) return;
      printedAt = Date.now();
      console.log(progressLine(progress));
    },
  };
}

/** Returns a line such as "acme: read 1200 of about 5000 jobs, 60/s, 63 s left". */
export function progressLine(progress: ReconcileProgress): string {
  const { tenant, type, done, total, rate, secondsLeft } = progress;
  const of = total === null ? "" : ` of about ${Math.max(total, done)}`;
  const left = secondsLeft === null ? "" : `, ${secondsLeft} s left`;
  return `${tenant}: read ${done}${of} ${type}s, ${Math.round(rate)}/s${left}`;
}
