import { describe, expect, it } from "vitest";
import { assessHealth, levelOf } from "../../src/health/assess-health.ts";
import { createBrowser } from "../support/browser.ts";
import { openSync } from "../support/open-sync.ts";
import { serveExpress } from "../support/serve.ts";

const MINUTE_MS = 60_000;
const NOW = Date.parse("2026-01-25T10:00:00Z");
const QUIET = { deliveries: [], tenants: [], reconciles: true, now: NOW };

const stats = (
  state: "waiting" | "claimed" | "dead" | "paused" | "quarantined" | "unresolved",
) => ({
  tenant: "acme",
  state,
  rows: 2,
  oldestAgeMs: 1000,
});
const connected = (minutes: number) => ({
  tenant: "acme",
  state: "connected" as const,
  connectedAt: NOW - 24 * 60 * MINUTE_MS,
  reconciledAt: NOW - minutes * MINUTE_MS,
});

describe("assessHealth", () => {
  it("reports nothing for a healthy backend", () => {
    const deliveries = [stats("waiting"), stats("claimed")];
    const reasons = assessHealth({ ...QUIET, deliveries, tenants: [connected(20)] });
    expect(reasons).toEqual([]);
    expect(levelOf(reasons)).toBe("ok");
  });

  it.each([
    ["dead", "dead_letters", "2 deliveries exhausted their retries."],
    ["quarantined", "deliveries_quarantined", "2 deliveries are quarantined."],
    ["unresolved", "deliveries_unresolved", "2 deliveries wait for a source."],
    ["paused", "deliveries_paused", "2 deliveries wait for a connection or a permission."],
  ] as const)("is degraded by %s deliveries", (state, code, message) => {
    const reasons = assessHealth({ ...QUIET, deliveries: [stats(state)] });
    expect(reasons).toEqual([{ code, level: "degraded", tenant: "acme", message }]);
  });

  it.each([
    [4, "ok"],
    [6, "degraded"],
    [61, "failing"],
  ] as const)("rates deliveries that have waited for %d minutes as %s", (minutes, level) => {
    const deliveries = [{ ...stats("waiting"), oldestAgeMs: minutes * MINUTE_MS }];
    expect(levelOf(assessHealth({ ...QUIET, deliveries }))).toBe(level);
  });

  it.each(["needs_reauth", "disconnected"] as const)("is degraded by a tenant in %s", (state) => {
    const tenants = [{ ...connected(0), state }];
    expect(assessHealth({ ...QUIET, tenants })).toMatchObject([{ code: state, tenant: "acme" }]);
  });

  it("is degraded by a reconcile that has not completed for an hour, if there is one", () => {
    const tenants = [connected(61)];
    expect(assessHealth({ ...QUIET, tenants })).toMatchObject([{ code: "reconcile_late" }]);
    expect(assessHealth({ ...QUIET, tenants, reconciles: false })).toEqual([]);
    const fresh = [{ ...connected(0), connectedAt: NOW - MINUTE_MS, reconciledAt: null }];
    expect(assessHealth({ ...QUIET, tenants: fresh })).toEqual([]);
  });

  it("is degraded by silent webhooks, with the time for which they have been silent", () => {
    const tenants = [{ ...connected(0), silentSince: NOW - 30 * MINUTE_MS }];
    const reasons = assessHealth({ ...QUIET, tenants });
    expect(reasons).toMatchObject([{ code: "webhooks_silent", level: "degraded", tenant: "acme" }]);
    expect(reasons[0]?.message).toContain("for 30 minutes");
    const quiet = [{ ...connected(0), silentSince: null }];
    expect(assessHealth({ ...QUIET, tenants: quiet })).toEqual([]);
  });

  it("lists the worst reasons first", () => {
    const deliveries = [stats("dead"), { ...stats("waiting"), oldestAgeMs: 90 * MINUTE_MS }];
    const reasons = assessHealth({ ...QUIET, deliveries });
    expect(reasons.map(({ code }) => code)).toEqual(["deliveries_delayed", "dead_letters"]);
  });
});

describe("sync.health", () => {
  it("is ok after a connection and its first import", async () => {
    const { jobber, sync } = await openSync({ tenants: [{ slug: "acme" }] });
    const url = await serveExpress(sync);
    await sync.start();
    jobber.approveAs(jobber.addAccount());
    await createBrowser().follow(`${url}/jobber/connect`, { "x-user": "acme" });
    expect(await sync.health()).toMatchObject({ level: "ok", reasons: [] });
  });

  it("is degraded while reconcile has noted that webhooks are silent", async () => {
    const { jobber, sync, database } = await openSync({ tenants: [{ slug: "acme" }] });
    const url = await serveExpress(sync);
    await sync.start();
    jobber.approveAs(jobber.addAccount());
    await createBrowser().follow(`${url}/jobber/connect`, { "x-user": "acme" });
    await database.cursors.set("acme", "silent", String(Date.now() - MINUTE_MS));
    expect(await sync.health()).toMatchObject({
      level: "degraded",
      reasons: [{ code: "webhooks_silent", tenant: "acme" }],
    });
  });

  it("is failing when the database does not respond", async () => {
    const { sync } = await openSync();
    await sync.stop();
    expect(await sync.health()).toMatchObject({
      level: "failing",
      reasons: [{ code: "database_unreachable", tenant: null }],
    });
  });
});
