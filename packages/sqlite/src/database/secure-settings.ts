import { JobberSyncError } from "@jobber-sync/core";
import { readPragma } from "./read-pragma.ts";
import type { SqliteHandle } from "./sqlite-handle.ts";
import { isBusy } from "./store-error.ts";

/**
 * How large the log grows before it is brought into the file, in pages of 4 KiB: 62.5 MiB. What a burst writes again and again, the indexes, is
 * then brought over once: at 4,000 pages a burst of accepts takes a fifth longer.
 */
const AUTO_CHECKPOINT_PAGES = 16_000;
/** The log shrinks back to this after a burst. Bytes. */
const JOURNAL_SIZE_LIMIT = 64 * 1024 * 1024;
/** `synchronous` as a number: OFF 0, NORMAL 1, FULL 2, EXTRA 3. */
const FULL = 2;
const JOURNAL_TRIES_MS = 5_000;
const JOURNAL_PAUSE_MS = 20;

/**
 * Sets what durability rests on: the write-ahead log, and a flush to the disk with every commit. The latter is asked for where the handle is
 * the user's: that it is flushed less is somebody's decision, and not ours to undo behind their back.
 *
 * @param own whether the handle is ours
 * @throws {JobberSyncError} `ERR_STORE_SETTINGS`
 */
export function secureSettings(handle: SqliteHandle, own: boolean): void {
  const journal = setJournalMode(handle);
  const inMemory = readPragma(handle, "database_list", "file") === "";
  if (journal !== "wal" && !inMemory) {
    throw rejected(
      `journal_mode is "${journal}" and cannot be set to WAL. Put the file on a local disk, and let no other program hold it open in another mode.`,
    );
  }
  if (own) handle.exec("PRAGMA synchronous = FULL");
  const synchronous = Number(readPragma(handle, "synchronous", "synchronous"));
  if (synchronous < FULL && !inMemory) {
    throw rejected(
      `synchronous is ${synchronous} on the handle that was passed in, below FULL (2): a power failure would lose deliveries that were acknowledged. Run PRAGMA synchronous = FULL on it before, or pass the path instead of a handle.`,
    );
  }
  // What is erased is overwritten with zeros. ON, for FAST leaves what lies on pages of its own, as large bodies do; neither costs anything
  // that could be measured.
  handle.exec("PRAGMA secure_delete = ON");
  // macOS leaves flushed data in the drive's cache unless told otherwise; other systems ignore these two.
  handle.exec("PRAGMA fullfsync = 1");
  handle.exec("PRAGMA checkpoint_fullfsync = 1");
  handle.exec(`PRAGMA wal_autocheckpoint = ${AUTO_CHECKPOINT_PAGES}`);
  handle.exec(`PRAGMA journal_size_limit = ${JOURNAL_SIZE_LIMIT}`);
}

/** Going over to WAL takes an exclusive lock, which SQLite does not always wait for: two programs that start at once meet here. */
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

function rejected(what: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_STORE_SETTINGS",
    `The SQLite database is not safe to use: ${what}`,
  );
}
