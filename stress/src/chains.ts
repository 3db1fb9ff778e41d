import assert from "node:assert/strict";
import { setTimeout as delay } from "node:timers/promises";
import type { Inbox, SyncStore } from "@jobber-sync/core/ports";

/** Options for {@link createChains}. */
export interface ChainsOptions {
  readonly ids: readonly string[];
  /** Number of deliveries that all chains send together. */
  readonly deliveries: number;
  readonly random: () => number;
  /** Sends a delivery of an object and resolves once it is accepted. */
  readonly send: (id: string) => Promise<void>;
}

/** Deliveries that arrive at chosen points of their object's run. */
export interface Chains {
  /** Wraps the inbox and store of a worker so that the chains see where its runs are. */
  watched<T extends { readonly inbox: Inbox; readonly store: SyncStore }>(parts: T): T;
  /**
   * Sends all deliveries and resolves once they are accepted. Fails when no chain makes progress
   * for `stallMs`.
   *
   * @param stallMs milliseconds
   */
  run(stallMs: number): Promise<void>;
}

type Point = "claimed" | "applying" | "settling" | "settled";

const POINTS: readonly Point[] = ["claimed", "applying", "settling", "settled"];
// Two deliveries at once share a run. Kept rare, because the wake-up of one hides the loss of the
// other's.
const TWO_AT_ONCE = 0.25;
const LOOK_MS = 20;

interface Chain {
  readonly id: string;
  /** Whether no run has claimed the object since its last delivery. */
  awaiting: boolean;
  /** The point of the current run at which the next delivery is sent. */
  next: Point | null;
}

/**
 * Creates one chain per object. Each chain sends its next delivery at a random point of the run
 * that processes the last one, and nothing else, so a lost wake-up stops the chain. With frequent
 * deliveries, the next one would hide the loss.
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
      for (const chain of chains.values()) void sendNext(chain);
      let before = accepted;
      let since = performance.now();
      while (accepted < deliveries) {
        await delay(LOOK_MS);
        if (errors.length > 0) throw errors[0];
        if (accepted !== before) since = performance.now();
        before = accepted;
        assert.ok(
          performance.now() - since < stallMs,
          `no run claims ${stillAwaiting().join(", ")}`,
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
    const sent = sendNext(chain);
    // Half of the runs continue while the delivery is being accepted.
    if (random() < 0.5) await sent;
  }

  /** Never rejects. */
  async function sendNext(chain: Chain): Promise<void> {
    const count = Math.min(left, random() < TWO_AT_ONCE ? 2 : 1);
    left -= count;
    // Set before sending, because a run can claim the delivery before its sender gets the response.
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
