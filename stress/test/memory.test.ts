import { seededRandom } from "@jobber-sync/testing/contracts";
import { it } from "vitest";
import { lostWakeUps } from "../src/lost-wake-ups.ts";

it("memory: leaves none of 100000 deliveries behind", { timeout: 240_000 }, () =>
  lostWakeUps("memory", { accepts: 100_000, objects: 50, random: seededRandom(3) }),
);
