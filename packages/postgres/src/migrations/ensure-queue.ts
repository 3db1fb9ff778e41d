import { JobberSyncError } from "@jobber-sync/core";
import type { Boss } from "../boss.ts";
import { messageOf, storeError } from "../internal/store-error.ts";
import { QUEUE_POLICY, QUEUE_SETTINGS } from "../settings.ts";

/**
 * Creates the queue, or sets one that is there to what the inbox needs.
 *
 * @param mayCreate whether it may have a table of its own: one with fewer indexes to keep than the table that queues share, and what
 * comes and goes here does not weigh on the others. It works without
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS` for a queue of another policy, which pg-boss cannot change, and for a boss that was not
 * started
 */
export async function ensureQueue(boss: Boss, queue: string, mayCreate: boolean): Promise<void> {
  try {
    const known = await boss.getQueue(queue);
    if (known === null) {
      // Two processes may come here at once: pg-boss leaves the queue that is there.
      await boss.createQueue(queue, { ...QUEUE_SETTINGS, policy: QUEUE_POLICY, partition: mayCreate });
      await checkPolicy(boss, queue);
      return;
    }
    await checkPolicy(boss, queue);
    await boss.updateQueue(queue, QUEUE_SETTINGS);
  } catch (error) {
    throw bossError(error);
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

/** What pg-boss throws, or reports as a plain object, coded. It throws assertions for a boss that is not running. */
export function bossError(error: unknown): JobberSyncError {
  const message = messageOf(error);
  if (/not opened|not initialized|is stopped/.test(message)) {
    return new JobberSyncError(
      "ERR_STORE_SETTINGS",
      "pg-boss is not running. Call await boss.start() before migrate(), accept() or a worker's start().",
      { cause: error },
    );
  }
  if (/^Queue .* does not exist/.test(message)) {
    return new JobberSyncError(
      "ERR_STORE_SCHEMA",
      "The pg-boss queue of jobber-sync is missing. Run migrate() once before.",
      { cause: error },
    );
  }
  return storeError(error);
}
