import { ok } from "node:assert/strict";
import type { ChangeFeed, ChangeSettlement, ClaimedChange } from "@jobber-sync/core/ports";
import { changeOf, jobWrite, TENANT } from "../store/sample-writes.ts";
import type { FeedClock, OpenFeed } from "./open-feed.ts";

/** The lease of claims in the rules. Milliseconds. */
export const LEASE_MS = 1000;

/** The object of job `id`. */
export function jobObject(id = "123", tenant = TENANT) {
  return { tenant, objectType: "job", objectId: id } as const;
}

/** Writes a job once per title, each time with the next sequence. */
export async function writeTitles(
  { store }: Pick<OpenFeed, "store">,
  titles: readonly string[],
  { id = "123", tenant = TENANT }: { readonly id?: string; readonly tenant?: string } = {},
): Promise<void> {
  for (const title of titles) {
    const sequence = await store.nextSequence();
    await store.apply(changeOf({ jobs: [jobWrite({ title }, { id, tenant, sequence })] }));
  }
}

/** Claims the changes of a job. */
export function claimJob(changes: ChangeFeed, clock: FeedClock, { limit = 100, id = "123" } = {}) {
  return changes.claim(jobObject(id), { leaseMs: LEASE_MS, now: clock.now, limit });
}

/** Claims the changes of a job, which must be due. */
export async function takeJob(
  changes: ChangeFeed,
  clock: FeedClock,
  options: { readonly limit?: number; readonly id?: string } = {},
) {
  const claim = await claimJob(changes, clock, options);
  ok(claim, "the claim of a due record returned null");
  return claim;
}

/** The titles of claimed jobs. */
export function titlesOf(changes: readonly ClaimedChange[]): readonly (string | null)[] {
  return changes.map((change) => (change.objectType === "job" ? change.after.title : null));
}

/** Settles every change as done. */
export function allDone(changes: readonly ClaimedChange[]): readonly ChangeSettlement[] {
  return changes.map(({ sequence }) => ({ sequence, state: "done" }));
}

/** Settles a change to be tried again. */
export function retryAt(change: ClaimedChange | undefined, dueAt: number): ChangeSettlement {
  const failure = { attempts: 1, reason: "ERR_HANDLER", error: "Handler threw." };
  return { sequence: change?.sequence ?? 0, state: "waiting", dueAt, ...failure };
}

/** Settles a change as dead. */
export function deadChange(change: ClaimedChange | undefined): ChangeSettlement {
  const failure = { attempts: 20, reason: "ERR_HANDLER", error: "Handler threw." };
  return { sequence: change?.sequence ?? 0, state: "dead", ...failure };
}
