import { seededRandom } from "@jobber-sync/testing/contracts";
import { afterAll, beforeAll, describe, it } from "vitest";
import { killedWorkers } from "../../src/killed-workers.ts";
import { lostWakeUps } from "../../src/lost-wake-ups.ts";
import { manyWorkers } from "../../src/many-workers.ts";
import type { Target } from "../../src/open-backend.ts";
import { openTargets, type Targets } from "../../src/targets.ts";
import type { DyingPoint } from "../../src/worker-process.ts";

/** Options for {@link stressTests}. */
export interface StressTestsOptions {
  /** Number of deliveries in the test for lost wake-ups. */
  readonly accepts: number;
  readonly versions: number;
  /** Numbers of worker processes that share a database. */
  readonly workers: readonly number[];
  /** One test per entry: the points at which its workers die. */
  readonly dieAt: readonly (readonly DyingPoint[])[];
  readonly leaseMs?: number | undefined;
  readonly timeoutMs: number;
}

const OBJECTS = 50;

/**
 * Registers the stress tests of one kind of database. Tests that use all the CPU run one after the
 * other; the tests of killed workers, which mostly wait for a lease to expire, run beside them.
 */
export function stressTests(
  kind: Target["kind"],
  { accepts, versions, workers, dieAt, leaseMs, timeoutMs }: StressTestsOptions,
): void {
  let targets: Targets;
  let targetsOfKilled: Targets;
  beforeAll(async () => {
    targets = await openTargets(kind);
    // One Postgres server lacks the connections for five tests of killed workers beside one with
    // eight workers.
    targetsOfKilled = dieAt.length === 1 ? targets : await openTargets(kind);
  });
  afterAll(async () => {
    await targets.close();
    if (targetsOfKilled !== targets) await targetsOfKilled.close();
  });
  const inSeries = queue();

  describe.concurrent(kind, () => {
    it.each(dieAt.map((points) => ({ points, name: points.join(", ") })))(
      "takes over the run of a worker that was killed: $name",
      { timeout: timeoutMs },
      async ({ points }) => {
        const target = await targetsOfKilled.next();
        const elapsed = await killedWorkers(target, { dieAt: points, leaseMs });
        console.log(`${kind}, ${points}: done ${Math.round(elapsed)} ms after the last kill`);
      },
    );

    it.each(workers)(
      `brings ${OBJECTS} objects through ${versions} versions with %i worker processes`,
      { timeout: timeoutMs },
      (count) =>
        inSeries(async () => {
          const size = { workers: count, objects: OBJECTS, versions };
          await manyWorkers(await targets.next(), { ...size, random: seededRandom(count) });
        }),
    );

    it(`loses no wake-up of ${accepts} deliveries`, { timeout: timeoutMs }, () =>
      inSeries(async () => {
        const size = { accepts, objects: OBJECTS };
        await lostWakeUps(await targets.next(), { ...size, random: seededRandom(3) });
      }),
    );
  });
}

/** Returns a function that runs the given functions one after the other. */
function queue(): (body: () => Promise<void>) => Promise<void> {
  let last: Promise<void> = Promise.resolve();
  return (body) => {
    const mine = last.then(body);
    last = mine.catch(() => {});
    return mine;
  };
}
