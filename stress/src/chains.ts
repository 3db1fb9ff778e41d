import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Inbox, SyncStore } from "@jobber-sync/core/ports";

/** How the chains go. */
export interface ChainsOptions {
  readonly ids: readonly string[];
  /** How many deliveries all chains send together. */
  readonly deliveries: number;
  readonly random: () => number;
  /** Sends a delivery of an object; resolves when it is accepted. */
  readonly send: (id: string) => Promise<void>;
}

/** Deliveries that come when an object's run is at one point or another. */
export interface Chains {
  /** What a worker is to use instead: says where its runs are. */
  watched<T extends { readonly inbox: Inbox; readonly store: SyncStore }>(parts: T): T;
  /**
   * Resolves when all deliveries are accepted.
   *
   * @param stallMs how long not one of the chains may go on
   */
  run(stallMs: number): Promise<void>;
}

type Point = "claimed" | "applying" | "settling" | "settled";

const POINTS: readonly Point[] = ["claimed", "applying", "settling", "settled"];
// Two that come together share a run; but then the wake-up of one makes up for that of the other.
const TWO_AT_ONCE = 0.25;
const LOOK_MS = 20;

interface Chain {
  readonly id: string;
  /** Whether no run has come since something was sent. */
  awaiting: boolean;
  /** Where the run that has come is met by what is sent next. */
  next: Point | null;
}

/**
 * One chain per object: the next delivery is sent when a worker has the last one in hand, at one point of its run or the other, and then
 * nothing more. So every wake-up counts. Where deliveries come thick and fast, the next one makes up for a wake-up that was lost; here the
 * object stands still.
 */
export function createChains({ ids, deliveries, random, send }: ChainsOptions): Chains {
  const chains = new Map(
    ids.map((id): [string, Chain] => [id, { id, awaiting: false, next: null }]),
  );
  const errors: unknown[] = [];
  let left = deliveries;
  let accepted = 0;

  return {
    watched(parts) {
      const { inbox, store } = parts;
      return {
        ...parts,
        inbox: {
          ...inbox,
          async claim(...parameters) {
            const claim = await inbox.claim(...parameters);
            if (claim !== null) await reached("claimed", claim.object.objectId);
            return claim;
          },
          async settle(claim, settlements) {
            await reached("settling", claim.object.objectId);
            await inbox.settle(claim, settlements);
            await reached("settled", claim.object.objectId);
          },
        },
        store: {
          nextSequence: () => store.nextSequence(),
          async apply(change) {
            await reached("applying", change.jobs[0]?.jobberJobId);
            return store.apply(change);
          },
        },
      };
    },

    async run(stallMs) {
      for (const chain of chains.values()) void goOn(chain);
      let before = accepted;
      let since = performance.now();
      while (accepted < deliveries) {
        await delay(LOOK_MS);
        if (errors.length > 0) throw errors[0];
        if (accepted !== before) since = performance.now();
        before = accepted;
        assert.ok(
          performance.now() - since < stallMs,
          `nobody comes for ${stillAwaiting().join(", ")}`,
        );
      }
    },
  };

  async function reached(point: Point, id: string | undefined): Promise<void> {
    const chain = chains.get(id ?? "");
    if (chain === undefined) return;
    if (point === "claimed" && chain.awaiting) {
      chain.awaiting = false;
      chain.next = POINTS[Math.floor(random() * POINTS.length)] ?? null;
    }
    if (chain.next !== point) return;
    chain.next = null;
    const sent = goOn(chain);
    // Half of the time the run goes on while the delivery is on its way.
    if (random() < 0.5) await sent;
  }

  /** Does not reject. */
  async function goOn(chain: Chain): Promise<void> {
    const count = Math.min(left, random() < TWO_AT_ONCE ? 2 : 1);
    left -= count;
    // Said before it is sent: a run may take it before its sender hears that it was accepted.
    chain.awaiting = count > 0;
    try {
      await Promise.all(Array.from({ length: count }, () => send(chain.id)));
      accepted += count;
    } catch (error) {
      errors.push(error);
    }
  }

  function stillAwaiting(): readonly string[] {
    const awaiting = [...chains.values()].filter((chain) => chain.awaiting);
    return awaiting.slice(0, 10).map(({ id }) => id);
  }
}
