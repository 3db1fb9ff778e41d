import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
  prepareSecrets,
  signPayload,
  type Tenant,
  type Tenants,
} from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { describe, expect, it, vi } from "vitest";

const SECRET = "the client secret of the shared app";

function notificationOf(accountId: string, itemId = "1"): Uint8Array {
  const webHookEvent = { topic: "JOB_DESTROY", accountId, itemId };
  return new TextEncoder().encode(JSON.stringify({ data: { webHookEvent } }));
}

const SNAPSHOT = new TextEncoder().encode('{"event":"job.created","data":{"id":"123"}}');

/** Tenants behind a resolver, as rows that a test can change. */
function open(rows: Record<string, Partial<Tenant>>) {
  const resolve = vi.fn(async (slug: string): Promise<Tenant | null> => {
    const row = rows[slug];
    return row === undefined ? null : { slug, secrets: SECRET, ...row };
  });
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  const receiver = createReceiver({ tenants: { resolve }, inbox, logger });
  return {
    resolve,
    store,
    inbox,
    logger,
    async send(tenant: string, body: Uint8Array, secret = SECRET): Promise<string> {
      const response = await receiver.receive({
        tenant,
        signature: signPayload(body, secret),
        body,
      });
      return `${response.status} ${JSON.parse(response.body).status}`;
    },
    reasons: async () => (await inbox.list({})).map(({ reason }) => reason),
  };
}

describe("tenants of a resolver that share a secret", () => {
  it("are quarantined as ambiguous from the second on, unless they list their accounts", async () => {
    const { send, reasons } = open({ acme: {}, globex: {} });
    expect(await send("acme", notificationOf("1", "10"))).toBe("200 accepted");
    expect(await send("globex", notificationOf("1", "11"))).toBe("200 quarantined");
    expect(await send("acme", notificationOf("1", "12"))).toBe("200 quarantined");
    expect(await send("acme", SNAPSHOT)).toBe("200 quarantined");
    expect((await reasons()).toSorted()).toEqual(
      [null, ...Array(3).fill("ERR_TENANT_AMBIGUOUS")].toSorted(),
    );
  });

  it("are logged when they become ambiguous", async () => {
    const { send, logger } = open({ acme: {}, globex: {} });
    await send("acme", notificationOf("1"));
    await send("globex", notificationOf("1"));
    expect(logger.error.mock.calls).toEqual([
      [
        expect.objectContaining({ code: "ERR_TENANT_AMBIGUOUS", tenant: "globex" }),
        expect.stringContaining("accountIds"),
      ],
    ]);
  });

  it("receive the events of the accounts they list, and no others", async () => {
    const { send, reasons } = open({
      acme: { accountIds: ["MQ=="] },
      globex: { accountIds: ["Mg"] },
    });
    expect(await send("acme", notificationOf("MQ", "10"))).toBe("200 accepted");
    expect(await send("globex", notificationOf("Mg==", "11"))).toBe("200 accepted");
    expect(await send("acme", notificationOf("Mg", "12"))).toBe("200 quarantined");
    expect(await send("globex", SNAPSHOT)).toBe("200 quarantined");
    expect(new Set(await reasons())).toEqual(
      new Set([null, "ERR_ACCOUNT_MISMATCH", "ERR_SNAPSHOT_SHARED_APP"]),
    );
  });

  it("are ambiguous for an account that both list", async () => {
    const { send, reasons } = open({
      acme: { accountIds: ["1", "2"] },
      globex: { accountIds: ["1", "3"] },
    });
    expect(await send("acme", notificationOf("1", "10"))).toBe("200 accepted");
    expect(await send("globex", notificationOf("1", "11"))).toBe("200 quarantined");
    expect(await send("globex", notificationOf("3", "12"))).toBe("200 accepted");
    expect(await reasons()).toContain("ERR_TENANT_AMBIGUOUS");
  });

  it("are judged again when a quarantined delivery is replayed and the accounts are known", async () => {
    const rows: Record<string, Partial<Tenant>> = { acme: {}, globex: {} };
    const { send, store, inbox, resolve } = open(rows);
    await send("acme", notificationOf("1", "10"));
    await send("globex", notificationOf("2", "11"));
    const work = async () => {
      await inbox.replay({ tenant: "globex" });
      await createWorker({ inbox, store, tenants: { resolve }, logger: silentLogger }).drain();
      return (await inbox.list({ tenant: "globex" })).map(({ state, reason }) => [state, reason]);
    };
    rows.acme = { accountIds: ["1"] };
    rows.globex = { accountIds: ["2"] };
    expect(await work()).toEqual([["done", null]]);
    expect(await store.jobs("globex")).toMatchObject([{ jobberJobId: "11" }]);
  });

  it("do not share anything any more after a rename, a removal or a rotated secret", async () => {
    const rows: Record<string, Partial<Tenant> | undefined> = { acme: {} };
    const { send } = open(rows as Record<string, Partial<Tenant>>);
    expect(await send("acme", notificationOf("1", "10"))).toBe("200 accepted");
    rows.acme = undefined;
    rows["acme-inc"] = {};
    expect(await send("acme-inc", notificationOf("1", "11"))).toBe("200 accepted");
    rows["acme-inc"] = { secrets: "the client secret after rotation" };
    rows.globex = {};
    expect(await send("globex", notificationOf("1", "12"))).toBe("200 accepted");
  });

  it("are looked up no more than twice a delivery, however many share the secret", async () => {
    const rows = Object.fromEntries(
      Array.from({ length: 200 }, (_, n) => [`tenant-${n}`, { accountIds: [`account-${n}`] }]),
    );
    const { send, resolve } = open(rows);
    for (const [n, slug] of Object.keys(rows).entries())
      expect(await send(slug, notificationOf(`account-${n}`, `${n}`))).toBe("200 accepted");
    expect(resolve.mock.calls.length).toBeLessThanOrEqual(400);
  });

  it("are not recorded by requests whose signature is wrong", async () => {
    const { send } = open({ acme: {}, globex: {} });
    expect(await send("globex", notificationOf("1"), "the secret of another app")).toMatch(/^401/);
    expect(await send("acme", notificationOf("1"))).toBe("200 accepted");
  });
});

describe("a worker", () => {
  it("quarantines the deliveries of an ambiguous tenant that its receiver accepted", async () => {
    const store = createMemoryStore();
    const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
    const tenants: Tenants = { resolve: async (slug) => ({ slug, secrets: SECRET }) };
    for (const [n, slug] of ["acme", "globex"].entries()) {
      // Each receiver knows only one of the tenants, as after a restart.
      const receiver = createReceiver({ tenants, inbox, logger: silentLogger });
      const body = notificationOf("1", String(n));
      await receiver.receive({ tenant: slug, signature: signPayload(body, SECRET), body });
    }
    await createWorker({ inbox, store, tenants, logger: silentLogger }).drain();
    const reasons = (await inbox.list({})).map(({ state, reason }) => `${state} ${reason}`);
    expect(reasons).toContain("quarantined ERR_TENANT_AMBIGUOUS");
  });
});

describe("listed tenants", () => {
  it("may be 200,000", () => {
    const secrets = prepareSecrets(SECRET);
    const tenants = Array.from({ length: 200_000 }, (_, n) => ({
      slug: `tenant-${n}`,
      secrets,
      accountIds: [String(n)],
    }));
    expect(() =>
      createReceiver({ tenants, inbox: createMemoryInbox(), logger: silentLogger }),
    ).not.toThrow();
  });
});
