import { createHash } from "node:crypto";
import type { CursorStore } from "@jobber-sync/core/ports";
import type { RecordType } from "./reconcile-report.ts";

/**
 * The ids that a sweep has seen, stored page by page so that a resumed sweep still knows them. An
 * id takes 6 bytes. With 100,000 ids a missing record is mistaken for a seen one with a chance of
 * one in three billion.
 */
export interface SeenIds {
  /** Adds the ids of a page, durably when it resolves. */
  add(ids: readonly string[]): Promise<void>;
  has(id: string): boolean;
  /** Forgets all ids. */
  clear(): Promise<void>;
}

const HASH_BYTES = 6;
// A block is rewritten with every page, so it stays small: 3,200 ids, 26 kB as base64.
const BLOCK_BYTES = 3200 * HASH_BYTES;

/** Loads the ids that the tenant's current sweep has seen so far. */
export async function loadSeenIds(
  cursors: CursorStore,
  tenant: string,
  type: RecordType,
): Promise<SeenIds> {
  const seen = new Set<number>();
  const nameOf = (block: number): string => `seen:${type}:${block}`;
  let block = 0;
  let bytes = Buffer.alloc(0);
  for (;;) {
    const text = (await cursors.get(tenant, nameOf(block))) ?? "";
    bytes = Buffer.from(text, "base64");
    for (let at = 0; at + HASH_BYTES <= bytes.length; at += HASH_BYTES)
      seen.add(bytes.readUIntBE(at, HASH_BYTES));
    if (bytes.length < BLOCK_BYTES) break;
    block += 1;
  }

  return {
    has: (id) => seen.has(hashOf(id)),
    async add(ids) {
      const fresh = [...new Set(ids.map(hashOf))].filter((hash) => !seen.has(hash));
      const added = Buffer.alloc(fresh.length * HASH_BYTES);
      for (const [index, hash] of fresh.entries())
        added.writeUIntBE(hash, index * HASH_BYTES, HASH_BYTES);
      bytes = Buffer.concat([bytes, added]);
      await cursors.set(tenant, nameOf(block), bytes.toString("base64"));
      for (const hash of fresh) seen.add(hash);
      if (bytes.length < BLOCK_BYTES) return;
      block += 1;
      bytes = Buffer.alloc(0);
      // A block of an earlier sweep must not be read after this one.
      await cursors.set(tenant, nameOf(block), "");
    },
    async clear() {
      for (let index = block; index >= 0; index--) await cursors.set(tenant, nameOf(index), "");
      seen.clear();
      block = 0;
      bytes = Buffer.alloc(0);
    },
  };
}

function hashOf(id: string): number {
  return createHash("sha256").update(id.replace(/=+$/, "")).digest().readUIntBE(0, HASH_BYTES);
}
