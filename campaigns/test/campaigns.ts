import { describe, it } from "vitest";
import { killedWorker } from "../src/killed-workers.ts";
import { lostWakeUps } from "../src/lost-wake-ups.ts";
import { manyWorkers } from "../src/many-workers.ts";
import type { Target } from "../src/open-backend.ts";
import { temporaryTarget } from "../src/temporary-target.ts";
import type { DyingPoint } from "../src/worker-process.ts";

/** How large the campaigns of a run are. */
export interface Size {
  readonly accepts: number;
  readonly versions: number;
  readonly timeoutMs: number;
}

const DYING_POINTS: readonly DyingPoint[] = ["claimed", "fetched", "in transaction", "committed", "handled"];

/** The campaigns over one kind of database. */
export function campaigns(kind: Target["kind"], { accepts, versions, timeoutMs }: Size): void {
  describe(`${kind}: many workers`, () => {
    it.each([2, 8])(
      `%i worker processes bring 50 objects through ${versions} versions each`,
      { timeout: timeoutMs },
      async (workers) => {
        const { target, close } = await temporaryTarget(kind);
        try {
          await manyWorkers(target, { workers, objects: 50, versions, random: randomFrom(workers) });
        } finally {
          await close();
        }
      },
    );
  });

  describe(`${kind}: lost wake-ups`, () => {
    it(`leaves none of ${accepts} deliveries behind`, { timeout: timeoutMs }, async () => {
      const { target, close } = await temporaryTarget(kind);
      try {
        await lostWakeUps(target, { accepts, objects: 50, random: randomFrom(3) });
      } finally {
        await close();
      }
    });
  });

  describe.concurrent(`${kind}: killed workers`, () => {
    it.each(DYING_POINTS)(
      "runs again within 20 s what a worker held that died when it had %s",
      { timeout: 60_000 },
      async (point) => {
        const { target, close } = await temporaryTarget(kind);
        try {
          const elapsed = await killedWorker(target, point);
          console.log(`${kind}, ${point}: done ${Math.round(elapsed)} ms after the kill`);
        } finally {
          await close();
        }
      },
    );
  });
}

/** mulberry32: the same numbers for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
