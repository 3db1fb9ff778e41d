import { createInspector, type InspectorOptions } from "@jobber-sync/inspector";
import { describe, expect, it } from "vitest";
import { canary, openInspected } from "./support/open-inspected.ts";

const ORIGIN = "https://backend.example";
const LOOPBACK = "http://127.0.0.1:3000";

function open(options: InspectorOptions = { authorize: () => "grace" }) {
  const inspected = openInspected();
  const lines: object[] = [];
  const log = (details: object) => void lines.push(details);
  const logger = { info: log, warn: log, error: log };
  const { now } = inspected;
  const inspector = createInspector(inspected.sync, { logger, now, ...options });
  const get = async (path: string) => {
    const response = await inspector(new Request(`${ORIGIN}/jobber-sync${path}`));
    return { status: response.status, headers: response.headers, text: await response.text() };
  };
  const post = (path: string, fields: Record<string, string>, headers = {}) =>
    inspector(
      new Request(`${ORIGIN}/jobber-sync${path}`, {
        method: "POST",
        headers: { origin: ORIGIN, "sec-fetch-site": "same-origin", ...headers },
        body: new URLSearchParams(fields),
      }),
    );
  const tokenOf = async (path: string) =>
    /name="csrf" value="([^"]+)"/.exec((await get(path)).text)?.[1] ?? "";
  return { ...inspected, inspector, lines, get, post, tokenOf };
}

describe("createInspector", () => {
  it.each([
    [{ path: "/a/" }, /path must be/],
    [{ actions: ["replay"] }, /actions need authorize/],
    [{ actions: ["drop"], authorize: () => "x" }, /"drop" does not exist/],
    [{ authorize: true }, /authorize must be a function/],
  ])("rejects the options %j", (options, message) => {
    const { sync } = openInspected();
    expect(() => createInspector(sync, options as never)).toThrow(message as RegExp);
  });

  it("sends a strict policy, forbids storing, and serves its own style sheet only", async () => {
    const { get } = open();
    const { status, headers, text } = await get("");
    expect(status).toBe(200);
    expect(headers.get("content-security-policy")).toBe(
      "default-src 'none'; style-src 'self'; img-src data:; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
    );
    expect(headers.get("cache-control")).toBe("no-store");
    expect(headers.get("x-content-type-options")).toBe("nosniff");
    expect(text).not.toMatch(/<script|style="|onclick|https?:\/\//);
    expect((await get("/style.css")).headers.get("content-type")).toMatch(/^text\/css/);
  });

  it("shows health, backlog and throughput on the overview", async () => {
    const { get, accept } = open();
    await accept("1", {}, "boom");
    const { text } = await get("");
    expect(text).toContain("1 delivery exhausted its retries.");
    expect(text).toContain("1 delivery in the last hour.");
    expect(text).toContain("/jobber-sync/deliveries?tenant=acme&amp;state=dead");
  });

  it("lists deliveries newest first, by filter, page after page", async () => {
    const { get, accept } = open();
    for (let n = 1; n <= 60; n++) await accept(String(n), n === 3 ? { topic: "JOB_CREATE" } : {});
    const numbers = (text: string) =>
      [...text.matchAll(/deliveries\/(\d+)"/g)].map(([, n]) => Number(n));
    const first = await get("/deliveries");
    expect(numbers(first.text)).toEqual(Array.from({ length: 50 }, (_, n) => 60 - n));
    const next = /rel="next" href="\/jobber-sync([^"]+)"/.exec(first.text)?.[1] ?? "";
    expect(numbers((await get(next.replaceAll("&amp;", "&"))).text)).toEqual([
      10, 9, 8, 7, 6, 5, 4, 3, 2, 1,
    ]);
    expect(numbers((await get("/deliveries?topic=JOB_CREATE")).text)).toEqual([3]);
    expect(numbers((await get("/deliveries?state=dead")).text)).toEqual([]);
    expect(numbers((await get("/deliveries?object=7&tenant=acme")).text)).toEqual([7]);
  });

  it("names the delivery behind each value of a record", async () => {
    const { get, accept, storeJob } = open();
    const sequence = await accept("1");
    await storeJob("1", { title: canary(2), jobNumber: 7 });
    const { text } = await get("/records/acme/job/1");
    expect(text).toContain("<h1>Job 7</h1>");
    expect(text).toContain(
      `fetched after JOB_UPDATE <a href="/jobber-sync/deliveries/${sequence}">${sequence}</a>`,
    );
    await storeJob("2", { jobNumber: 8 });
    expect((await get("/records/acme/job/2")).text).toContain("read by reconcile");
    expect((await get("/records/acme/job/3")).status).toBe(404);
  });

  it("shows a tenant's connection and its last delivery per topic", async () => {
    const { get, accept } = open();
    await accept("1");
    const last = await accept("2");
    expect((await get("/tenants")).text).toContain('href="/jobber-sync/tenants/acme"');
    const { text } = await get("/tenants/acme");
    expect(text).toContain("10 min ago");
    expect([...text.matchAll(/JOB_UPDATE/g)]).toHaveLength(1);
    expect(text).toContain(`deliveries/${last}"`);
  });

  it("hides bodies, errors and customers' data until asked, and logs who asked", async () => {
    const { get, post, accept, storeJob, tokenOf, lines } = open();
    const sequence = await accept("1", {}, `handler failed for ${canary(3)}`);
    await storeJob("1", { title: canary(2), street: canary(4), extra: { note: canary(5) } });
    const pages = ["", "/deliveries", `/deliveries/${sequence}`, "/records?tenant=acme"];
    for (const path of [...pages, "/records/acme/job/1", "/tenants", "/tenants/acme"])
      expect((await get(path)).text, path).not.toContain("canary");
    expect(lines).toEqual([]);
    const shown = async (path: string) => (await post(path, { csrf: await tokenOf(path) })).text();
    const delivery = await shown(`/deliveries/${sequence}`);
    expect(delivery).toContain(canary(1));
    expect(delivery).toContain(canary(3));
    const record = await shown("/records/acme/job/1");
    for (const n of [2, 4, 5]) expect(record).toContain(canary(n));
    expect(lines).toEqual([
      { user: "grace", sequence: String(sequence) },
      { user: "grace", tenant: "acme", type: "job", id: "1" },
    ]);
  });

  it("shows hostile text as text, wherever it comes from", async () => {
    const hostile = `<img src=x onerror=alert(1)>"'><script>alert(2)</script>`;
    const { get, post, accept, storeJob, tokenOf } = open();
    const given = { topic: hostile, deliveryKey: hostile, body: new TextEncoder().encode(hostile) };
    const sequence = await accept(hostile, given, hostile);
    await storeJob(hostile, { title: hostile, jobberStatus: hostile });
    const record = `/records/acme/job/${encodeURIComponent(hostile)}`;
    const paths = ["/deliveries", `/deliveries/${sequence}`, record, "/tenants/acme"];
    const query = new URLSearchParams({ tenant: hostile, topic: hostile, object: hostile });
    for (const path of [
      ...paths,
      `/deliveries?${query}`,
      `/records?tenant=${hostile}`,
      `/tenants/${encodeURIComponent(hostile)}`,
    ]) {
      const { text } = await get(path);
      expect(text, path).not.toMatch(/<img|<script/);
    }
    for (const path of [`/deliveries/${sequence}`, record]) {
      const text = await (await post(path, { csrf: await tokenOf(path) })).text();
      expect(text).toContain("&lt;script&gt;");
      expect(text).not.toMatch(/<img|<script/);
    }
  });
});

describe("access to the inspector", () => {
  it("without authorize serves browsers on this machine only", async () => {
    const { inspector } = open({});
    const status = async (url: string, remoteAddress?: string, headers = {}) =>
      (await inspector(new Request(`${url}/jobber-sync`, { headers }), { remoteAddress })).status;
    expect(await status(LOOPBACK, "127.0.0.1")).toBe(200);
    expect(await status("http://localhost", "::ffff:127.0.0.1")).toBe(200);
    expect(await status(LOOPBACK)).toBe(403);
    expect(await status(LOOPBACK, "192.0.2.1")).toBe(403);
    // A name that an attacker's page had resolved to the loopback address.
    expect(await status("http://attacker.example", "127.0.0.1")).toBe(403);
    expect(await status(LOOPBACK, "127.0.0.1", { "x-forwarded-for": "192.0.2.1" })).toBe(403);
  });

  it.each([null, undefined, ""])("rejects an operator that authorize names %j", async (user) => {
    const { get, post } = open({ authorize: async () => user, actions: ["replay"] });
    for (const path of ["", "/style.css", "/deliveries/1"])
      expect((await get(path)).status).toBe(403);
    expect((await post("/deliveries/1/replay", {})).status).toBe(403);
  });

  it("runs listed actions with a token of the page, and logs them", async () => {
    const actions = ["replay", "discard", "resume", "reconcile"] as const;
    const { inbox, post, accept, tokenOf, lines, reconciled } = open({
      authorize: () => "grace",
      actions,
    });
    const sequence = await accept("1", {}, "boom");
    const token = await tokenOf(`/deliveries/${sequence}`);
    const response = await post(`/deliveries/${sequence}/replay`, { csrf: token });
    expect([response.status, response.headers.get("location")]).toEqual([
      303,
      `/jobber-sync/deliveries/${sequence}?done=replay`,
    ]);
    expect((await inbox.list({}))[0]?.state).toBe("waiting");
    await post(`/deliveries/${sequence}/discard`, { csrf: token });
    expect(await inbox.list({})).toEqual([]);
    await post("/tenants/acme/reconcile", { csrf: token });
    expect(reconciled).toEqual(["acme"]);
    expect(lines).toMatchObject([
      { user: "grace", action: "replay", changed: true },
      { user: "grace", action: "discard", changed: true },
      { user: "grace", action: "reconcile", tenant: "acme" },
    ]);
  });

  it("refuses actions that are not listed, without a token, or from another origin", async () => {
    const { inbox, post, accept, tokenOf } = open({
      authorize: () => "grace",
      actions: ["replay"],
    });
    const sequence = await accept("1", {}, "boom");
    const csrf = await tokenOf(`/deliveries/${sequence}`);
    const status = async (action: string, fields: Record<string, string>, headers = {}) =>
      (await post(`/deliveries/${sequence}/${action}`, fields, headers)).status;
    expect(await status("discard", { csrf })).toBe(404);
    expect(await status("replay", {})).toBe(403);
    expect(await status("replay", { csrf: `${csrf}x` })).toBe(403);
    const foreign = { origin: "https://attacker.example", "sec-fetch-site": "cross-site" };
    expect(await status("replay", { csrf }, foreign)).toBe(403);
    expect((await inbox.list({}))[0]?.state).toBe("dead");
  });

  it("binds a token to its operator and lets it expire", async () => {
    let user = "grace";
    let at = Date.parse("2026-11-28T10:00:00Z");
    const { post, accept, tokenOf } = open({ authorize: () => user, now: () => at });
    const path = `/deliveries/${await accept("1", {}, "boom")}`;
    const csrf = await tokenOf(path);
    user = "alan";
    expect((await post(path, { csrf })).status).toBe(403);
    user = "grace";
    expect((await post(path, { csrf })).status).toBe(200);
    at += 2 * 3_600_000;
    expect((await post(path, { csrf })).status).toBe(403);
  });

  it("responds 503 without details when the database fails", async () => {
    const { sync, lines, inspector } = open();
    Object.assign(sync.inbox, { list: async () => Promise.reject(new Error(canary(1))) });
    const response = await inspector(new Request(`${ORIGIN}/jobber-sync`));
    expect(response.status).toBe(503);
    expect(await response.text()).not.toContain("canary");
    expect(lines).toMatchObject([{ err: expect.objectContaining({ message: canary(1) }) }]);
  });
});
