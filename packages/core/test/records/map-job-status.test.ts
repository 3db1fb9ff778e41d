import { mapJobStatus } from "@jobber-sync/core";
import { describe, expect, it } from "vitest";

const TABLE = [
  ["scheduled", "scheduled"],
  ["upcoming", "scheduled"],
  ["today", "scheduled"],
  ["late", "scheduled"],
  ["in_progress", "in_progress"],
  ["active", "in_progress"],
  ["expiring_within_30_days", "in_progress"],
  ["unscheduled", "unscheduled"],
  ["requires_invoicing", "completed"],
  ["completed", "completed"],
  ["cancelled", "cancelled"],
  ["archived", "completed"],
  ["action_required", "on_hold"],
  ["on_hold", "on_hold"],
] as const;

describe("mapJobStatus", () => {
  it.each(TABLE)("maps %s to %s, in either case, and keeps the raw value", (jobber, ours) => {
    expect(mapJobStatus(jobber)).toEqual({ status: ours, jobberStatus: jobber });
    expect(mapJobStatus(jobber.toUpperCase())).toEqual({
      status: ours,
      jobberStatus: jobber.toUpperCase(),
    });
  });

  it.each([
    [undefined, null, "cancelled"],
    ["ONE_OFF", null, "cancelled"],
    ["one_off", null, "cancelled"],
    ["RECURRING", null, "completed"],
    ["recurring", null, "completed"],
    [undefined, undefined, "completed"],
    ["ONE_OFF", undefined, "completed"],
    ["ONE_OFF", "2026-01-25T10:00:00Z", "completed"],
    ["RECURRING", "2026-01-25T10:00:00Z", "completed"],
  ] as const)("maps archived of a %s job completed at %s to %s", (jobType, completedAt, ours) => {
    expect(mapJobStatus("archived", { jobType, completedAt }).status).toBe(ours);
  });

  it("ignores completedAt for every other status", () => {
    expect(mapJobStatus("requires_invoicing", { completedAt: null }).status).toBe("completed");
  });

  it.each(["constructor", "__proto__", "toString", "", "paused", "Archived "])(
    "returns null for the unknown status %j",
    (status) => {
      expect(mapJobStatus(status)).toEqual({ status: null, jobberStatus: status });
    },
  );

  it("consults a table of overrides first, in either case", () => {
    const overrides = { Late: "on_hold", paused: "on_hold", archived: "cancelled" } as const;
    expect(mapJobStatus("LATE", { overrides }).status).toBe("on_hold");
    expect(mapJobStatus("Paused", { overrides }).status).toBe("on_hold");
    expect(
      mapJobStatus("archived", { overrides, completedAt: "2026-01-25T10:00:00Z" }).status,
    ).toBe("cancelled");
    expect(mapJobStatus("today", { overrides }).status).toBe("scheduled");
  });

  it("consults a function with the status in lower case and the facts about the job", () => {
    const calls: unknown[] = [];
    const overrides = (status: string, facts: object) => {
      calls.push([status, facts]);
      return status === "requires_invoicing" ? "in_progress" : undefined;
    };
    const facts = { jobType: "RECURRING", completedAt: null };
    expect(mapJobStatus("REQUIRES_INVOICING", { ...facts, overrides }).status).toBe("in_progress");
    expect(mapJobStatus("archived", { ...facts, overrides }).status).toBe("completed");
    expect(calls).toEqual([
      ["requires_invoicing", facts],
      ["archived", facts],
    ]);
  });

  it("throws a TypeError for an override that is not a status", () => {
    for (const overrides of [{ late: "delayed" }, () => "delayed"])
      expect(() => mapJobStatus("late", { overrides: overrides as never })).toThrow(
        /"late" is "delayed"/,
      );
  });
});
