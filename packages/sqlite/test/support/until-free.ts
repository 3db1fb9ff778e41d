import { isJobberSyncError } from "@jobber-sync/core";

/** Does it again as long as another process has the lock: on a machine with more to do than it can, that may be longer than busyMs. */
export async function untilFree<T>(write: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await write();
    } catch (error) {
      if (!isJobberSyncError(error) || error.code !== "ERR_STORE_BUSY") throw error;
    }
  }
}
