import { isJobberSyncError } from "@jobber-sync/core";

/**
 * Repeats a write while another process holds the lock, which may exceed busyMs on a busy machine.
 */
export async function untilFree<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isJobberSyncError(error) || error.code !== "ERR_STORE_BUSY") throw error;
    }
  }
}
