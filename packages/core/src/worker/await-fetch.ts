import type { Claim } from "../inbox/claim.ts";
import { type AwaitSlotOptions, awaitSlot } from "./await-slot.ts";

/**
 * Waits until a run may fetch. Runs for deliveries share the tenant's rate limit; those for a
 * refresh alone get at most half of it, so that many refreshes do not delay deliveries.
 *
 * @throws {JobberSyncError} see {@link awaitSlot}
 */
export async function awaitFetch(
  tenant: string,
  { deliveries }: Claim,
  options: AwaitSlotOptions,
  signal: AbortSignal,
): Promise<void> {
  if (deliveries.length === 0) {
    const half = { ...options, perSecond: options.perSecond / 2 };
    await awaitSlot(`${tenant} (refreshes)`, half, signal);
  }
  await awaitSlot(tenant, options, signal);
}
