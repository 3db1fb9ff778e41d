import { describe, expect, it, vi } from "vitest";
import { createBrowser } from "./support/browser.ts";
import { openSync } from "./support/open-sync.ts";
import { serveExpress, serveFastify, serveFetch } from "./support/serve.ts";

const ACME = { "x-user": "acme" };
const GLOBEX = { "x-user": "globex" };
const TENANTS = [{ slug: "acme" }, { slug: "globex" }];

const codeOf = async (response: Response) => [
  response.status,
  ((await response.json()) as { code?: string }).code,
];

describe.each([
  ["Express", serveExpress],
  ["Fastify", serveFastify],
  ["fetch", serveFetch],
])("jobberConnect on %s", (_, serve) => {
  it("connects the account, and the account's webhooks become records", async () => {
    const { jobber, sync } = await openSync({ tenants: TENANTS });
    const url = await serve(sync);
    await sync.start();
    const account = jobber.addAccount();
    jobber.webhooks.subscribe(account.id, `${url}/webhooks/jobber/acme`);
    jobber.approveAs(account);
    const response = await createBrowser().follow(`${url}/jobber/connect`, ACME);
    expect(response.status).toBe(200);
    expect(await response.json()).toEqual({ connected: "acme", accountId: account.id });
    const client = account.addClient({ firstName: "John", lastName: "Doe" });
    account.addJob(account.addProperty(client.id).id, { title: "Lawn Service" });
    await jobber.webhooks.flush();
    await vi.waitFor(
      async () => expect(await sync.store.jobs("acme")).toMatchObject([{ title: "Lawn Service" }]),
      { timeout: 20_000 },
    );
  });

  it("rejects a user without a tenant, at the start and at the callback", async () => {
    const { jobber, sync } = await openSync({ tenants: TENANTS });
    const url = await serve(sync);
    jobber.approveAs(jobber.addAccount());
    const browser = createBrowser();
    const forbidden = await browser.open(`${url}/jobber/connect`);
    expect(await codeOf(forbidden)).toEqual([403, "ERR_CONNECT_FORBIDDEN"]);
    const begun = await browser.open(`${url}/jobber/connect`, ACME);
    const returned = await browser.open(begun.headers.get("location") ?? "");
    const callback = await browser.open(returned.headers.get("location") ?? "");
    expect(await codeOf(callback)).toEqual([403, "ERR_CONNECT_FORBIDDEN"]);
    expect(await sync.api?.accountOf("acme")).toBeNull();
  });

  it("rejects a callback in another browser, of another tenant, and a second time", async () => {
    const { jobber, sync } = await openSync({ tenants: TENANTS });
    const url = await serve(sync);
    jobber.approveAs(jobber.addAccount());
    const browser = createBrowser();
    const begun = await browser.open(`${url}/jobber/connect`, ACME);
    const cookie = (begun.headers.getSetCookie()[0] ?? "").split(";")[0] ?? "";
    const returned = await browser.open(begun.headers.get("location") ?? "");
    const callback = returned.headers.get("location") ?? "";
    const stranger = await createBrowser().open(callback, ACME);
    expect(await codeOf(stranger)).toEqual([400, "ERR_OAUTH_STATE"]);
    const stolen = await fetch(callback, { headers: { ...GLOBEX, cookie } });
    expect(await codeOf(stolen)).toEqual([400, "ERR_OAUTH_STATE"]);
    expect((await fetch(callback, { headers: { ...ACME, cookie } })).status).toBe(200);
    const replayed = await fetch(callback, { headers: { ...ACME, cookie } });
    expect(await codeOf(replayed)).toEqual([400, "ERR_OAUTH_STATE"]);
  });
});
