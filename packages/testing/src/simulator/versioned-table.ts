interface Entry<T> {
  readonly at: number;
  /** `null`: deleted. */
  readonly value: T | null;
}

// Replicas lag by seconds, so no read needs versions older than this. See
// docs/jobber-facts.md#index-lag.
const KEEP_MS = 60_000;

/** Records with their recent versions, from which a lagging replica reads. */
export interface VersionedTable<T> {
  /** Writes a version; `null` deletes. `at` is in milliseconds since 1970 and never decreases. */
  write(id: string, value: T | null, at: number): void;
  /** Returns the record at a time; `null` when it did not exist. */
  read(id: string, at: number): T | null;
  /**
   * Returns every record that existed at a time, in order of creation. The same array until the
   * next write, unless older versions are asked for.
   */
  list(at: number): readonly T[];
}

/** Creates an empty table. */
export function createVersionedTable<T>(): VersionedTable<T> {
  const entriesById = new Map<string, Entry<T>[]>();
  const read = (id: string, at: number): T | null =>
    entriesById.get(id)?.findLast((entry) => entry.at <= at)?.value ?? null;
  let lastWriteAt = Number.NEGATIVE_INFINITY;
  /** The current records, until the next write: a page of a large account needs all of them. */
  let current: readonly T[] | null = null;
  const listAt = (at: number): readonly T[] =>
    [...entriesById.keys()].flatMap((id) => read(id, at) ?? []);
  return {
    write(id, value, at) {
      lastWriteAt = Math.max(lastWriteAt, at);
      current = null;
      const entries = entriesById.get(id) ?? [];
      // Keeps one entry from before the window, which the oldest read sees.
      while (entries.length > 1 && (entries[1]?.at ?? at) < at - KEEP_MS) entries.shift();
      entries.push({ at, value });
      entriesById.set(id, entries);
    },
    read,
    list(at) {
      if (at < lastWriteAt) return listAt(at);
      current ??= listAt(at);
      return current;
    },
  };
}
