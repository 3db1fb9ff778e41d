import { fetchReadable } from "./fetch-readable.ts";
import type { ReconcileContext } from "./reconcile-context.ts";
import { countsOf, type RecordType } from "./reconcile-report.ts";
import type { ReadRecord } from "./record-type.ts";

/** The records of a tenant that could not be read, stored so that the next run reads them again. */
export interface UnreadableRecords {
  /** Adds a record, and reports it unless an earlier run has. */
  add(type: RecordType, id: string | null, reason: string): Promise<void>;
  /**
   * Reads the records of earlier runs again, and forgets those that can be read now.
   *
   * @param onRead writes a record; the sequence was taken before it was read
   */
  retry(onRead: (record: ReadRecord, sequence: number) => Promise<void>): Promise<void>;
}

interface Entry {
  readonly type: RecordType;
  readonly id: string;
}

const NAME = "unreadable";
// The daily sweep reads all records anyway.
const MAX_RECORDS = 200;

/** Loads the tenant's unreadable records. */
export async function loadUnreadable(context: ReconcileContext): Promise<UnreadableRecords> {
  const { cursors, tenant, emit } = context;
  const entries = new Map(
    parse(await cursors.get(tenant, NAME)).map((entry) => [keyOf(entry), entry]),
  );
  const counted = new Set<string>();

  const save = (): Promise<void> => {
    const kept = [...entries.values()].slice(-MAX_RECORDS);
    return cursors.set(tenant, NAME, kept.length === 0 ? "" : JSON.stringify(kept));
  };
  function count(type: RecordType, key: string): void {
    if (counted.has(key)) return;
    counted.add(key);
    countsOf(context, type).unreadable += 1;
  }

  return {
    async add(type, id, reason) {
      if (id === null) {
        countsOf(context, type).unreadable += 1;
        emit("unreadable", { tenant, type, id, reason });
        return;
      }
      const entry = { type, id };
      count(type, keyOf(entry));
      if (entries.has(keyOf(entry))) return;
      entries.set(keyOf(entry), entry);
      emit("unreadable", { tenant, type, id, reason });
      await save();
    },

    async retry(onRead) {
      const before = entries.size;
      for (const [key, { type, id }] of [...entries]) {
        const sequence = await context.store.nextSequence();
        const record = await fetchReadable(context, type, id);
        if (typeof record === "string") count(type, key);
        else {
          // A record that is gone is left to the sweep.
          if (record !== null) await onRead(record, sequence);
          entries.delete(key);
        }
      }
      if (entries.size !== before) await save();
    },
  };
}

function keyOf({ type, id }: Entry): string {
  return `${type}:${id}`;
}

function parse(text: string | null): readonly Entry[] {
  if (text === null || text === "") return [];
  try {
    const entries: unknown = JSON.parse(text);
    return Array.isArray(entries) ? entries.filter(isEntry) : [];
  } catch {
    return [];
  }
}

function isEntry(value: unknown): value is Entry {
  return (
    typeof value === "object" &&
    value !== null &&
    "type" in value &&
    (value.type === "client" || value.type === "job") &&
    "id" in value &&
    typeof value.id === "string"
  );
}
