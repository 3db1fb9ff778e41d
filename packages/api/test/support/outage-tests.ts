import { expect, it } from "vitest";
import { findDifferences } from "./find-differences.ts";
import { addJob } from "./open-api.ts";
import { openBadDay } from "./open-bad-day.ts";

const HOUR_MS = 3_600_000;

/** The ways in which Jobber fails for hours. */
export const OUTAGES = [
  ["being down", { kind: "reset" }],
  ["responding with HTML", { kind: "html" }],
  ["cutting responses off", { kind: "truncated" }],
  ["reporting an outage", { kind: "outage" }],
  ["responding without data", { kind: "null_data" }],
] as const;

/** Tests that outages of `hours` delay deliveries and lose none. */
export function outageTests(outages: readonly (typeof OUTAGES)[number][], hours: number): void {
  it.each(outages)(
    `process everything after ${hours} hours of Jobber %s, with at most one request an hour`,
    async (_, fault) => {
      const day = await openBadDay();
      const { account, jobber } = day;
      const jobs = Array.from({ length: 2 }, () => addJob(account));
      jobber.faults.always("graphql", fault);
      const before = jobber.counts.requests;
      for (const { job, client } of jobs) {
        await day.notify("JOB_CREATE", job.id);
        await day.notify("CLIENT_CREATE", client.id);
      }
      await day.pass(hours * HOUR_MS);
      expect(await day.states()).toEqual({ waiting: 4 });
      // A dozen doublings to one hour, then hourly, for each of 4 objects.
      expect(jobber.counts.requests - before).toBeLessThan(4 * (hours + 40));
      jobber.faults.clear();
      await day.pass(1.5 * HOUR_MS);
      expect(await day.states()).toEqual({ done: 4 });
      expect(await findDifferences(day.store, account)).toEqual([]);
    },
  );
}
