interface Entry<T> {
  readonly at: number;
  /** `null`: deleted. */
  readonly value: T | null;
}

// Replicas lag by seconds (F2.3). What is older than this no read asks for.
const KEEP_MS = 60_000;

/** Records with their recent past, so that a replica that lags can answer with what was. */
export interface VersionedTable<T> {
  /** Writes a version; `null` deletes. `at` is in milliseconds since 1970 and does not go back. */
  write(id: string, value: T | null, at: number): void;
  /** The record as it was at `at`; `null` when there was none. */
  read(id: string, at: number): T | null;
  /** Every record that existed at `at`, in the order of their creation. */
  list(at: number): T[];
}

/** Makes an empty table. */
export function createVersionedTable<T>(): VersionedTable<T> {
  const entriesById = new Map<string, Entry<T>[]>();
  const read = (id: string, at: number): T | null =>
    entriesById.get(id)?.findLast((entry) => entry.at <= at)?.value ?? null;
  return {
    write(id, value, at) {
      const entries = entriesById.get(id) ?? [];
      // One entry from before the window stays: it is what the oldest read sees.
      while (entries.length > 1 && (entries[1]?.at ?? at) < at - KEEP_MS) entries.shift();
      entries.push({ at, value });
      entriesById.set(id, entries);
    },
    read,
    list: (at) =>
      [...entriesById.keys()].flatMap((id) => {
        const row = read(id, at);
        return row === null ? [] : [row];
      }),
  };
}
