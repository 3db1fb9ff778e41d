import { JobberSyncError } from "@jobber-sync/core";
import { readPragma } from "./read-pragma.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";
import { isBusy } from "./store-error.ts";

/**
 * Size of the log that triggers a checkpoint, in pages of 4 KiB: 62.5 MiB. Pages that a burst
 * writes repeatedly, those of the indexes, are then copied once. At 4,000 pages a burst of accepts
 * takes 20 % longer.
 */
const AUTO_CHECKPOINT_PAGES = 16_000;
/** Size to which the log is truncated after a burst. Bytes. */
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** `synchronous` as a number: OFF 0, NORMAL 1, FULL 2, EXTRA 3. */
const FULL = 2;
const JOURNAL_TRIES_MS = 5_000;
const JOURNAL_PAUSE_MS = 20;

/**
 * Applies the settings that durability depends on: the write-ahead log, and a flush to disk with
 * every commit. On a handle that was passed in, the flush is checked instead of set: if the program
 * lowered it, that was a decision that this package must not reverse silently.
 *
 * @param own whether this package opened the handle
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`
 */
export function applySettings(handle: SqliteHandle, own: boolean): void {
  const journal = setJournalMode(handle);
  const inMemory = readPragma(handle, "database_list", "file") === "";
  if (journal !== "wal" && !inMemory) {
    throw unsafe(
      `journal_mode is "${journal}" and cannot be set to WAL. Put the file on a local disk, and let no other program hold it open in another mode.`,
    );
  }
  if (own) handle.exec("PRAGMA synchronous = FULL");
  const synchronous = Number(readPragma(handle, "synchronous", "synchronous"));
  if (synchronous < FULL && !inMemory) {
    throw unsafe(
      `synchronous is ${synchronous} on the handle that was passed in, below FULL (2), so a power failure would lose acknowledged deliveries. Run PRAGMA synchronous = FULL on the handle first, or pass the path instead.`,
    );
  }
  // Overwrites erased bodies with zeros. ON rather than FAST, which skips bodies on pages of their
  // own. Neither has a measurable cost.
  handle.exec("PRAGMA secure_delete = ON");
  // macOS otherwise leaves flushed data in the drive's cache. Other systems ignore these two.
  handle.exec("PRAGMA fullfsync = 1");
  handle.exec("PRAGMA checkpoint_fullfsync = 1");
  handle.exec(`PRAGMA wal_autocheckpoint = ${AUTO_CHECKPOINT_PAGES}`);
  handle.exec(`PRAGMA journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
}

/**
 * Retries, because SQLite does not always wait for the exclusive lock that the change to WAL needs:
 * two processes that start at once collide here.
 */
function setJournalMode(handle: SqliteHandle): unknown {
  const end = performance.now() + JOURNAL_TRIES_MS;
  for (;;) {
    try {
      return readPragma(handle, "journal_mode = WAL", "journal_mode");
    } catch (error) {
      if (!isBusy(error) || performance.now() > end) throw error;
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, JOURNAL_PAUSE_MS);
    }
  }
}

function unsafe(problem: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `The SQLite database is not safe to use: ${problem}`,
  );
}
