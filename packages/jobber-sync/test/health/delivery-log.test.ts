import { createMemoryCursorStore, type DeliveryFacts } from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it, vi } from "vitest";
import { createDeliveryLog, RHYTHM } from "../../src/health/delivery-log.ts";
import { reportQuiet } from "../../src/health/report-quiet.ts";

const START = Date.parse("2026-01-05T08:00:00Z");
const HOUR_MS = 3_600_000;

const delivery = (tenant: string, topic: string | null) => {
  const facts: DeliveryFacts = { tenant, objectType: "job", objectId: "1", topic, sequence: 1 };
  return { ...facts, secret: 0, durationMs: 1 };
};

function openLog(cursors = createMemoryCursorStore()) {
  const clock = { now: START };
  const now = () => clock.now;
  const set = vi.spyOn(cursors, "set");
  const log = createDeliveryLog({ cursors, logger: silentLogger, now });
  return { clock, cursors, log, now, set, hooks: log.hooks(undefined) };
}

describe("createDeliveryLog", () => {
  it("keeps when the last webhook of each tenant and topic arrived, with one write per tenant", async () => {
    const { clock, cursors, hooks, log, set } = openLog();
    for (let n = 0; n < 1000; n++) {
      hooks.accepted?.(delivery("acme", "JOB_UPDATE"));
      clock.now += 10;
    }
    hooks.duplicate?.(delivery("acme", "JOB_CLOSED"));
    hooks.coalesced?.(delivery("globex", "VISIT_UPDATE"));
    hooks.accepted?.(delivery("globex", null));
    await log.flush();
    expect(set).toHaveBeenCalledTimes(2);
    expect(JSON.parse((await cursors.get("acme", RHYTHM)) ?? "")).toMatchObject({
      last: { JOB_UPDATE: START + 9990, JOB_CLOSED: START + 10_000 },
    });
    await log.flush();
    expect(set).toHaveBeenCalledTimes(2);
  });

  it("adds to what another process has written, and calls the user's hooks", async () => {
    const { clock, cursors, hooks, log } = openLog();
    hooks.accepted?.(delivery("acme", "JOB_UPDATE"));
    await log.flush();
    const other = createDeliveryLog({ cursors, logger: silentLogger, now: () => clock.now + 1000 });
    const accepted = vi.fn();
    other.hooks({ accepted }).accepted?.(delivery("acme", "JOB_CREATE"));
    await other.flush();
    expect(accepted).toHaveBeenCalledOnce();
    expect(JSON.parse((await cursors.get("acme", RHYTHM)) ?? "")).toMatchObject({
      last: { JOB_UPDATE: START, JOB_CREATE: START + 1000 },
    });
  });

  it("survives a store that fails", async () => {
    const get = () => Promise.reject(new Error("down"));
    const cursors = { ...createMemoryCursorStore(), get };
    const { hooks, log } = openLog(cursors);
    hooks.accepted?.(delivery("acme", "JOB_UPDATE"));
    await expect(log.flush()).resolves.toBeUndefined();
  });
});

describe("reportQuiet", () => {
  it("emits silent once per pause of a usually busy tenant", async () => {
    const { clock, cursors, hooks, log, now } = openLog();
    for (let hour = 0; hour < 8 * 24; hour++) {
      hooks.accepted?.(delivery("acme", "JOB_UPDATE"));
      clock.now += HOUR_MS;
    }
    await log.flush();
    const emit = vi.fn();
    const since = clock.now - HOUR_MS;
    for (let hour = 0; hour < 12; hour++) {
      await reportQuiet("acme", { cursors, now, emit });
      clock.now += HOUR_MS;
    }
    expect(emit).toHaveBeenCalledOnce();
    expect(emit).toHaveBeenCalledWith({
      tenant: "acme",
      delivered: 0,
      missed: 0,
      quietSince: since,
    });
  });
});
