/** A database file that this package opened and can reopen. */
export interface OwnFile {
  closeHandle(): void;
  /** Opens the file again. Keeps the error for later calls if that fails. */
  reopenHandle(): void;
}

const filesByPath = new Map<string, Set<OwnFile>>();

/** Registers an open file. @returns removes it again */
export function registerFile(path: string, file: OwnFile): () => void {
  const files = filesByPath.get(path) ?? new Set();
  filesByPath.set(path, files.add(file));
  return () => {
    files.delete(file);
    if (files.size === 0) filesByPath.delete(path);
  };
}

/**
 * Reopens every handle of this process on a file. All are closed first: as long as one is open,
 * SQLite believes that it still has the locks and takes no new ones.
 */
export function reopenFile(path: string): void {
  const files = [...(filesByPath.get(path) ?? [])];
  for (const file of files) file.closeHandle();
  for (const file of files) file.reopenHandle();
}
