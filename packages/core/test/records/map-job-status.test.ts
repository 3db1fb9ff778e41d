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

  it("calls an archived job cancelled when it is known not to have been completed", () => {
    expect(mapJobStatus("archived", { completedAt: null }).status).toBe("cancelled");
    expect(mapJobStatus("archived", { completedAt: "2026-01-25T10:00:00Z" }).status).toBe(
      "completed",
    );
    expect(mapJobStatus("archived", { completedAt: undefined }).status).toBe("completed");
  });

  it("asks nothing but archived whether it was completed", () => {
    expect(mapJobStatus("requires_invoicing", { completedAt: null }).status).toBe("completed");
  });

  it.each(["constructor", "__proto__", "toString", "", "paused", "Archived "])(
    "does not know %j and says so",
    (status) => {
      expect(mapJobStatus(status)).toEqual({ status: null, jobberStatus: status });
    },
  );

  it("asks the overrides first, in either case", () => {
    const overrides = { Late: "on_hold", paused: "on_hold", archived: "cancelled" } as const;
    expect(mapJobStatus("LATE", { overrides }).status).toBe("on_hold");
    expect(mapJobStatus("Paused", { overrides }).status).toBe("on_hold");
    expect(
      mapJobStatus("archived", { overrides, completedAt: "2026-01-25T10:00:00Z" }).status,
    ).toBe("cancelled");
    expect(mapJobStatus("today", { overrides }).status).toBe("scheduled");
  });
});
