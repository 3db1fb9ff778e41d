import type { ContactRecord, JobRecord } from "@jobber-sync/core";
import {
  type ContactWrite,
  type JobWrite,
  type SyncResult,
  type WrittenRecord,
  writtenRecord,
} from "@jobber-sync/core/ports";
import type { SyncDatabase } from "../options.ts";

/**
 * Wraps a database so that a reconcile reads it and writes nothing: each write is compared with the
 * stored record, and positions are kept in memory. Tokens are still refreshed, because Jobber's
 * refresh tokens work once: see docs/jobber-facts.md#token-rotation.
 */
export function dryRunDatabase(database: SyncDatabase): SyncDatabase {
  const { store, cursors } = database;
  const positions = new Map<string, string>();
  let sequence = 0;
  const keyOf = (tenant: string, name: string) => JSON.stringify([tenant, name]);
  return {
    ...database,
    store: {
      ...store,
      job: (tenant, id) => store.job(tenant, id),
      contact: (tenant, id) => store.contact(tenant, id),
      jobs: (tenant, options) => store.jobs(tenant, options),
      contacts: (tenant, options) => store.contacts(tenant, options),
      async nextSequence() {
        sequence += 1;
        return sequence;
      },
      async apply({ contacts, jobs }): Promise<SyncResult> {
        return {
          contacts: await Promise.all(contacts.map(contactResult)),
          jobs: await Promise.all(jobs.map(jobResult)),
          submissions: [],
        };
      },
    },
    cursors: {
      async get(tenant, name) {
        return positions.get(keyOf(tenant, name)) ?? (await cursors.get(tenant, name));
      },
      async set(tenant, name, value) {
        positions.set(keyOf(tenant, name), value);
      },
      async clear() {
        throw new TypeError("A dry run removes no positions.");
      },
    },
  };

  async function contactResult(write: ContactWrite) {
    const { tenant, jobberClientId } = write;
    const stored = await store.contact(tenant, jobberClientId);
    return { tenant, jobberClientId, ...compare<ContactRecord>(stored, write) };
  }

  async function jobResult(write: JobWrite) {
    const { tenant, jobberJobId } = write;
    const stored = await store.job(tenant, jobberJobId);
    return { tenant, jobberJobId, ...compare<JobRecord>(stored, write) };
  }
}

/** Compares a write with the stored record; reconcile's own writes are never stale. */
function compare<R extends JobRecord | ContactRecord>(
  stored: R | null,
  write: JobWrite | ContactWrite,
): WrittenRecord<R> {
  const revived = write.mode !== "delete" && write.revive === true;
  const fields =
    write.mode === "delete"
      ? { deletedAt: stored?.deletedAt ?? write.deletedAt }
      : { ...write.fields, deletedAt: revived ? null : (stored?.deletedAt ?? null) };
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  const { tenant } = write;
  const after = { tenant, ...stored, ...Object.fromEntries(given) } as unknown as R;
  const current: Readonly<Record<string, unknown>> = { ...stored };
  const differs = given.some(
    ([name, value]) => JSON.stringify(value) !== JSON.stringify(current[name]),
  );
  const outcome = stored === null ? "inserted" : differs ? "updated" : "unchanged";
  return writtenRecord(outcome, stored, after);
}
