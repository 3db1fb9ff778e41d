import { closeSync, openSync, readdirSync, readlinkSync, readSync } from "node:fs";

/** SQLite's locks on the files of a database. */
export interface FileLocks {
  /** Returns whether the locks are still in place. */
  areHeld(): boolean;
  close(): void;
}

/** Where Linux lists the open files of this process, and the locks on each. */
const OPEN_FILES = "/proc/self/fd";
const FILE_INFO = "/proc/self/fdinfo";

// The byte ranges that a connection in WAL mode keeps locked, as fdinfo shows them: SQLite's shared
// range on the file (os.h: SHARED_FIRST, SHARED_SIZE) and its "dead man's switch" on the index of
// the log (os_unix.c: UNIX_SHM_DMS).
const SHARED = /^lock:.*POSIX .* 1073741826 1073742335$/m;
const SWITCH = /^lock:.*POSIX .* 128 128$/m;

const BUFFER_BYTES = 4096;

/**
 * Finds the locks that SQLite holds on a database in WAL mode. POSIX locks belong to the process:
 * as soon as any code in it opens and closes the file, they are gone, and SQLite does not notice.
 *
 * While the locks were held, no other process can have taken itself for the last one and removed
 * the log. Read after a commit, that proves that the commit is in the log that others see.
 *
 * @returns `null` where the system does not show locks: anywhere but on Linux
 */
export function findFileLocks(path: string): FileLocks | null {
  const buffer = Buffer.alloc(BUFFER_BYTES);
  let found = find();
  if (found === null) return null;

  return {
    areHeld() {
      if (found !== null && shows(found.file, SHARED) && shows(found.index, SWITCH)) return true;
      // Another connection of this process may have taken the locks over with another descriptor.
      closeFound();
      found = find();
      return found !== null;
    },
    close: closeFound,
  };

  function find(): { readonly file: number; readonly index: number } | null {
    const file = findInfo(path, SHARED);
    if (file === null) return null;
    const index = findInfo(`${path}-shm`, SWITCH);
    if (index !== null) return { file, index };
    closeSync(file);
    return null;
  }

  /**
   * Opens the description of the open file that has the lock; it stays readable without a search.
   */
  function findInfo(name: string, lock: RegExp): number | null {
    for (const descriptor of listOpenFiles()) {
      if (linkOf(descriptor) !== name) continue;
      const info = openInfo(descriptor);
      if (info === null) continue;
      if (shows(info, lock)) return info;
      closeSync(info);
    }
    return null;
  }

  function shows(info: number, lock: RegExp): boolean {
    try {
      return lock.test(buffer.toString("latin1", 0, readSync(info, buffer, 0, BUFFER_BYTES, 0)));
    } catch {
      return false;
    }
  }

  function closeFound(): void {
    if (found === null) return;
    closeSync(found.file);
    closeSync(found.index);
    found = null;
  }
}

function listOpenFiles(): readonly string[] {
  try {
    return readdirSync(OPEN_FILES);
  } catch {
    return [];
  }
}

function linkOf(descriptor: string): string | null {
  try {
    return readlinkSync(`${OPEN_FILES}/${descriptor}`);
  } catch {
    return null;
  }
}

function openInfo(descriptor: string): number | null {
  try {
    return openSync(`${FILE_INFO}/${descriptor}`, "r");
  } catch {
    return null;
  }
}
