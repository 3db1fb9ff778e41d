import { JobberSyncError } from "../errors.ts";

/** The part of an inbox or a store that draws sequence numbers. */
export interface SequenceSource {
  nextSequence(): Promise<number>;
}

/**
 * Verifies that an inbox and a store draw from the same sequence: numbers that are drawn from them
 * in turn must ascend. Two separate sequences cannot pass, because each continues its own numbers.
 *
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS` if they do not, or the error of a failed draw
 */
export async function checkSharedSequence(
  inbox: SequenceSource,
  store: SequenceSource,
): Promise<void> {
  let last = Number.NEGATIVE_INFINITY;
  for (const source of [store, inbox, store, inbox, store]) {
    const next = await source.nextSequence();
    if (next <= last)
      throw new JobberSyncError(
        "ERR_STORE_SETTINGS",
        "The inbox and the store draw from different sequences, so fetched data could lose against an older snapshot. Take both from the same database, or pass nextSequence: () => store.nextSequence() to createMemoryInbox.",
      );
    last = next;
  }
}
