import { describe } from "vitest";
import { OUTAGES, outageTests } from "./support/outage-tests.ts";

describe("worker and API during trouble", () => outageTests(OUTAGES, 70));
