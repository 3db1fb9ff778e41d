import { JobberSyncError } from "@jobber-sync/core";
import type { Boss } from "../database/boss.ts";
import { bossError } from "../database/boss-error.ts";
import { QUEUE_POLICY, QUEUE_SETTINGS } from "../database/settings.ts";
import { sqlState } from "../database/store-error.ts";

/**
 * Creates the queue, or sets one that is there to what the inbox needs.
 *
 * @param ownTable whether a new one gets a table of its own: one with fewer indexes to keep than the table that queues share, and what
 * comes and goes here does not weigh on the others. Where pg-boss's role may create none it goes without
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS` for a queue of another policy, which pg-boss cannot change, and for a boss that was not
 * started
 */
export async function ensureQueue(boss: Boss, queue: string, ownTable: boolean): Promise<void> {
  try {
    const known = await boss.getQueue(queue);
    if (known === null) {
      // Two processes may come here at once: pg-boss leaves the queue that is there.
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
    `The pg-boss queue "${queue}" has the policy "${policy}" and loses wake-ups with it. Give createPostgres another queue name, or delete that queue with boss.deleteQueue("${queue}") and migrate again.`,
  );
}
