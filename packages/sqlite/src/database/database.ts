import { backupTo } from "./backup.ts";
import type { Connection } from "./connection.ts";
import { createGroupCommit, type GroupCommit } from "./group-commit.ts";
import type { OpenFile } from "./open-file.ts";
import { reading } from "./store-error.ts";

/** Reads and writes one database. */
export interface Database {
  /**
   * Runs a read.
   *
   * @throws {JobberSyncError} `ERR_STORE…`
   */
  read<T>(run: (connection: Connection) => T): T;
  write: GroupCommit["write"];
  backup(path: string): Promise<void>;
  /** Finishes the writes that were requested, and closes the file. */
  close(): Promise<void>;
}

/**
 * Reads between two checks of the files: stale rows delay work by no more than that. Milliseconds.
 */
const READ_CHECK_MS = 100;

/** Creates the database on an open file. */
export function createDatabase(file: OpenFile, options: { readonly busyMs: number }): Database {
  const group = createGroupCommit(file, options);
  let closed: Promise<void> | null = null;
  return {
    read: (run) =>
      reading(() => {
        file.ensureSafe(READ_CHECK_MS);
        return run(file.connection);
      }),
    write: group.write,
    async backup(path) {
      file.ensureSafe();
      await backupTo(file.handle, path);
    },
    close() {
      closed ??= group.close().then(() => file.close());
      return closed;
    },
  };
}
