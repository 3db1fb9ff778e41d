import { JobberSyncError } from "../errors.ts";
import type { ObjectRef } from "../inbox/delivery.ts";
import { listenByPolling } from "../inbox/listen-by-polling.ts";
import type { MemoryLanes } from "../inbox/memory-rows.ts";
import { objectKey } from "../inbox/object-key.ts";
import { isLaneHeld } from "../inbox/transitions.ts";
import type { SyncStore } from "../store/sync-store.ts";
import type { Intent, IntentFilter, IntentLogEntry, ObjectLink, ObjectName } from "./intent.ts";
import * as transitions from "./intent-transitions.ts";
import type { IntentClaim, Outbox } from "./outbox.ts";
import { countIntents, fitsFilter } from "./select-intents.ts";

/** Options of {@link createMemoryOutbox}. */
export interface MemoryOutboxOptions {
  /** The store that the records of settled intents are written to. Also numbers the intents. */
  readonly store: Pick<SyncStore, "nextSequence" | "apply">;
  /** The lanes of the inbox, so that one run at a time works on an object. @default its own */
  readonly lanes?: MemoryLanes | undefined;
  /** Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
}

const LIST_LIMIT = 100;

/**
 * Creates an outbox in memory, for tests and experiments. It follows every rule of {@link Outbox}
 * except durability and the caller's transactions.
 */
export function createMemoryOutbox({
  store,
  lanes = new Map(),
  now: clock = Date.now,
}: MemoryOutboxOptions): Outbox {
  const rows = new Map<number, Intent>();
  const links: (ObjectLink & { readonly tenant: string })[] = [];
  const entries: IntentLogEntry[] = [];
  const resumedAt = new Map<string, number>();
  const wakes = new Set<() => void>();
  let lastClaim = 0;

  const outbox: Outbox = {
    async put(incoming, { transaction } = {}) {
      if (transaction !== undefined)
        throw new TypeError("An outbox in memory cannot join a transaction.");
      const sequence = await store.nextSequence();
      const { tenant, key, contentHash } = incoming;
      const known = select({ tenant, key })[0];
      if (known !== undefined) {
        if (known.contentHash !== contentHash) throw keyReused(key);
        return { sequence: known.sequence, state: known.state, outcome: "duplicate" };
      }
      write(transitions.acceptedIntent(incoming, sequence), "planned", incoming.createdAt);
      release(incoming.createdAt);
      wake();
      return { sequence, state: rows.get(sequence)?.state ?? "waiting", outcome: "accepted" };
    },

    async claim(object, { leaseMs, now, limit = Number.POSITIVE_INFINITY }) {
      const key = objectKey(object);
      if (isLaneHeld(lanes.get(key) ?? null, now)) return null;
      const { taken, postponed } = transitions.takeIntents(openIn(object), now, limit);
      for (const { sequence, dueAt } of postponed) {
        const row = rows.get(sequence);
        if (row !== undefined) rows.set(sequence, { ...row, dueAt, delayMs: dueAt - now });
      }
      if (taken.length === 0) return null;
      lastClaim += 1;
      const id = `intent-${lastClaim}`;
      lanes.set(key, { claimId: id, until: now + leaseMs, leaseMs });
      const intents = taken.flatMap((sequence) => rows.get(sequence) ?? []);
      for (const row of intents) rows.set(row.sequence, transitions.claimedIntent(row, id));
      const names = intents.flatMap(({ dependsOn }) => dependsOn);
      return {
        id,
        object,
        claimedAt: now,
        intents: intents.map((row) => transitions.claimedIntent(row, id)),
        links: findLinks(object.tenant, names),
        last: lastDone(object),
      };
    },

    async extend(claim, { leaseMs, now }) {
      if (!holds(claim)) return false;
      lanes.set(objectKey(claim.object), { claimId: claim.id, until: now + leaseMs, leaseMs });
      return true;
    },

    async markSent(claim, sequence, { now = clock() }) {
      const row = rows.get(sequence);
      const lane = lanes.get(objectKey(claim.object)) ?? null;
      if (row?.claimId !== claim.id || !holds(claim) || !isLaneHeld(lane, now)) return false;
      write(transitions.sentIntent(row, now), "sent", now);
      return true;
    },

    async settle(claim, settlements, change) {
      if (!holds(claim)) return false;
      if (change !== undefined) await store.apply(change);
      if (!holds(claim)) return false;
      const now = clock();
      const { tenant } = claim.object;
      const times = { now, claimedAt: claim.claimedAt, resumedAt: resumedAt.get(tenant) ?? null };
      for (const settlement of settlements) {
        const row = rows.get(settlement.sequence);
        if (row?.claimId !== claim.id) continue;
        const settled = transitions.settledIntent(row, settlement, times);
        write(settled, "settled", now);
        if (settlement.state !== "done") continue;
        for (const link of transitions.linksOf(settled, settlement)) addLink(tenant, link);
      }
      if (![...rows.values()].some(({ claimId }) => claimId === claim.id))
        lanes.delete(objectKey(claim.object));
      release(now);
      wake();
      return true;
    },

    listen(run, options) {
      const onWake = (listener: () => void) => {
        wakes.add(listener);
        return () => wakes.delete(listener);
      };
      return listenByPolling(outbox, run, { ...options, now: clock, onWake });
    },

    async due({ now, limit, exclude = [], excludeTenants = [] }) {
      release(now);
      const skipped = new Set(exclude.map(objectKey));
      const found = new Map<string, ObjectRef>();
      for (const row of rows.values()) {
        if (found.size >= limit) break;
        const object = objectOf(row);
        if (object === null || !transitions.isIntentReady(row, now)) continue;
        const key = objectKey(object);
        if (skipped.has(key) || excludeTenants.includes(row.tenant)) continue;
        if (!isLaneHeld(lanes.get(key) ?? null, now)) found.set(key, object);
      }
      return [...found.values()];
    },

    async list(filter) {
      return select(filter).slice(0, filter.limit ?? LIST_LIMIT);
    },
    async log(sequence) {
      return entries.filter((entry) => entry.sequence === sequence);
    },
    async links(tenant, names) {
      return findLinks(tenant, names);
    },
    async linkOf(tenant, { objectType, objectId }) {
      return (
        links.find(
          (link) =>
            link.tenant === tenant && link.objectType === objectType && link.objectId === objectId,
        ) ?? null
      );
    },

    async stats({ now = clock() } = {}) {
      return countIntents(rows.values(), now);
    },

    async resolve(sequence, decision, { now = clock() } = {}) {
      const row = rows.get(sequence);
      const resolved = row === undefined ? null : transitions.resolvedIntent(row, decision, now);
      if (resolved === null) return false;
      write(resolved, "resolved", now);
      if (resolved.state === "done" && resolved.ref !== null && resolved.objectId !== null) {
        const { objectType, ref, objectId } = resolved;
        addLink(resolved.tenant, { objectType, ref, objectId });
      }
      release(now);
      wake();
      return true;
    },

    async resume(tenant, { now = clock() } = {}) {
      resumedAt.set(tenant, now);
      const paused = select({ tenant, states: ["paused"] });
      for (const row of paused) write(transitions.resumedIntent(row, now), "settled", now);
      wake();
      return paused.length;
    },

    async erase(erasure) {
      const now = erasure.now ?? clock();
      let erased = 0;
      for (const row of rows.values()) {
        if (!transitions.isErasedIntent(row, erasure)) continue;
        const empty = transitions.erasedIntent(row, now);
        if (empty === null) continue;
        write(empty, "settled", now);
        erased += 1;
      }
      return erased;
    },

    async purge({ now = clock(), doneAfterMs = transitions.DONE_AFTER_MS } = {}) {
      let deleted = 0;
      for (const row of rows.values()) {
        const action = transitions.intentRetention(row, { now, doneAfterMs });
        if (action === "check") write(transitions.resumedIntent(row, now), "settled", now);
        if (action !== "delete") continue;
        rows.delete(row.sequence);
        entries.splice(0, entries.length, ...entries.filter((e) => e.sequence !== row.sequence));
        deleted += 1;
      }
      return deleted;
    },
  };
  return outbox;

  function wake(): void {
    for (const listener of wakes) listener();
  }

  function write(row: Intent, event: IntentLogEntry["event"], at: number): void {
    rows.set(row.sequence, row);
    const { sequence, state, reason } = row;
    entries.push({ sequence, at, event, state, reason });
  }

  function release(now: number): void {
    for (const row of rows.values()) {
      if (row.state !== "held") continue;
      const { tenant, objectType, ref, dependsOn } = row;
      if (findLinks(tenant, dependsOn).length < dependsOn.length) continue;
      const own = ref === null ? [] : findLinks(tenant, [{ objectType, ref }]);
      rows.set(row.sequence, transitions.releasedIntent(row, own[0]?.objectId ?? null, now));
    }
  }

  function addLink(tenant: string, link: ObjectLink): void {
    const { objectType, ref, objectId } = link;
    const taken = links.some(
      (other) => other.tenant === tenant && other.objectType === objectType && other.ref === ref,
    );
    if (!taken) links.push({ tenant, objectType, ref, objectId });
  }

  function findLinks(tenant: string, names: readonly ObjectName[]): ObjectLink[] {
    return links.flatMap((link) => {
      const { objectType, ref, objectId } = link;
      const isNamed = names.some((name) => name.objectType === objectType && name.ref === ref);
      return link.tenant === tenant && isNamed ? [{ objectType, ref, objectId }] : [];
    });
  }

  function holds({ id, object }: IntentClaim): boolean {
    return lanes.get(objectKey(object))?.claimId === id;
  }

  function objectOf(row: Intent): ObjectRef | null {
    const objectId = transitions.laneOf(row);
    return objectId === null ? null : { tenant: row.tenant, objectType: row.objectType, objectId };
  }

  function openIn(object: ObjectRef): readonly Intent[] {
    const key = objectKey(object);
    return [...rows.values()]
      .filter((row) => {
        const own = objectOf(row);
        return transitions.isOpen(row) && own !== null && objectKey(own) === key;
      })
      .sort((a, b) => a.sequence - b.sequence);
  }

  function lastDone({ tenant, objectType, objectId }: ObjectRef): Intent | null {
    const done = select({ tenant, objectType, objectId, states: ["done"] });
    return (
      done
        .filter(({ reason }) => reason === "sent")
        .sort((a, b) => (a.finishedAt ?? 0) - (b.finishedAt ?? 0))
        .at(-1) ?? null
    );
  }

  function select(filter: IntentFilter): readonly Intent[] {
    return [...rows.values()]
      .filter((row) => fitsFilter(row, filter))
      .sort((a, b) => a.sequence - b.sequence);
  }
}

function keyReused(key: string): JobberSyncError {
  return new JobberSyncError(
    "ERR_PUSH_KEY_REUSED",
    `The key ${JSON.stringify(key)} belongs to an intent with another content. A key names one action: use a new key for a new change.`,
  );
}
