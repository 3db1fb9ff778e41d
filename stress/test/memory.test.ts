import { seededRandom } from "@jobber-sync/testing/contracts";
import { it } from "vitest";
import { lostWakeUps } from "../src/lost-wake-ups.ts";

it("memory: loses no wake-up of 20,000 deliveries", () =>
  lostWakeUps("memory", { accepts: 20_000, objects: 50, random: seededRandom(3) }));
