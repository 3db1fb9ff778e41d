import { JobberSyncError } from "@jobber-sync/core";
import type { Boss } from "../database/boss.ts";
import { bossError } from "../database/boss-error.ts";
import { QUEUE_POLICY, QUEUE_SETTINGS } from "../database/settings.ts";
import { sqlState } from "../database/store-error.ts";

/**
 * Creates the queue, or updates the settings of an existing one.
 *
 * @param ownTable whether a new queue gets its own table, which has fewer indexes than the shared
 * one and keeps the churn away from other queues. Ignored if pg-boss's role may not create tables
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS` if the queue has another policy, which pg-boss
 * cannot change, or if pg-boss is not running
 */
export async function ensureQueue(boss: Boss, queue: string, ownTable: boolean): Promise<void> {
  try {
    const known = await boss.getQueue(queue);
    if (known === null) {
      // Safe when two processes get here at once: pg-boss keeps an existing queue.
      await createQueue(boss, queue, ownTable);
      await checkPolicy(boss, queue);
      return;
    }
    await checkPolicy(boss, queue);
    await boss.updateQueue(queue, QUEUE_SETTINGS);
  } catch (error) {
    throw bossError(error);
  }
}

async function createQueue(boss: Boss, queue: string, partition: boolean): Promise<void> {
  try {
    await boss.createQueue(queue, { ...QUEUE_SETTINGS, policy: QUEUE_POLICY, partition });
  } catch (error) {
    if (!partition || sqlState(error) !== "42501") throw error;
    await createQueue(boss, queue, false);
  }
}

async function checkPolicy(boss: Boss, queue: string): Promise<void> {
  const policy = (await boss.getQueue(queue))?.policy;
  if (policy === QUEUE_POLICY) return;
  throw new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `The pg-boss queue "${queue}" has the policy "${policy}", which loses wake-ups. Pass another queue name to createPostgres, or delete the queue with boss.deleteQueue("${queue}") and call migrate() again.`,
  );
}
