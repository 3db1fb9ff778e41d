import { seededRandom } from "@jobber-sync/testing/contracts";
import { afterAll, beforeAll, describe, it } from "vitest";
import { killedWorker } from "../../src/killed-workers.ts";
import { lostWakeUps } from "../../src/lost-wake-ups.ts";
import { manyWorkers } from "../../src/many-workers.ts";
import type { Target } from "../../src/open-backend.ts";
import { openTargets, type Targets } from "../../src/targets.ts";
import type { DyingPoint } from "../../src/worker-process.ts";

/** How large the campaigns of a run are. */
export interface Size {
  readonly accepts: number;
  readonly versions: number;
  readonly timeoutMs: number;
}

const OBJECTS = 50;
const DYING_POINTS: readonly DyingPoint[] = [
  "claimed",
  "fetched",
  "in transaction",
  "committed",
  "handled",
];

/**
 * The campaigns over one kind of database. What works all the time goes in turn; the killed workers, which wait for a claim to run out, go
 * beside it.
 */
export function campaigns(kind: Target["kind"], { accepts, versions, timeoutMs }: Size): void {
  let targets: Targets;
  let targetsOfKilled: Targets;
  beforeAll(async () => {
    // A server has connections for one campaign with eight workers, or for five small ones.
    [targets, targetsOfKilled] = await Promise.all([openTargets(kind), openTargets(kind)]);
  });
  afterAll(() => Promise.all([targets.close(), targetsOfKilled.close()]));
  const inSeries = queue();

  describe.concurrent(kind, () => {
    it.each(DYING_POINTS)(
      "runs again within 20 s what a worker held that died when it had %s",
      { timeout: 60_000 },
      async (point) => {
        const elapsed = await killedWorker(await targetsOfKilled.next(), point);
        console.log(`${kind}, ${point}: done ${Math.round(elapsed)} ms after the kill`);
      },
    );

    it.each([2, 8])(
      `%i worker processes bring ${OBJECTS} objects through ${versions} versions each`,
      { timeout: timeoutMs },
      (workers) =>
        inSeries(async () => {
          const random = seededRandom(workers);
          await manyWorkers(await targets.next(), { workers, objects: OBJECTS, versions, random });
        }),
    );

    it(`leaves none of ${accepts} deliveries behind`, { timeout: timeoutMs }, () =>
      inSeries(async () => {
        await lostWakeUps(await targets.next(), {
          accepts,
          objects: OBJECTS,
          random: seededRandom(3),
        });
      }),
    );
  });
}

/** Runs one after the other what is put in. */
function queue(): (work: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (work) => {
    const mine = last.then(work);
    last = mine.catch(() => {});
    return mine;
  };
}
