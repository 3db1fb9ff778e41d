import {
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  type LifecycleEvents,
  type Receiver,
  type ReceiverOptions,
  type Secrets,
  signPayload,
  type Tenant,
} from "@jobber-sync/core";
import { describe, expect, it } from "vitest";

const SECRET = "the client secret of the app";
const BODY = new TextEncoder().encode('{"event":"job.created","data":{"id":"123"}}');
const SIGNATURE = signPayload(BODY, SECRET);

type Logged = [level: string, details: object, message: string];

interface Listening {
  readonly receiver: Receiver;
  readonly rejections: LifecycleEvents["rejected"][];
  readonly log: Logged[];
}

function listen(options: Partial<ReceiverOptions> = {}): Listening {
  const rejections: LifecycleEvents["rejected"][] = [];
  const log: Logged[] = [];
  const write = (level: string) => (details: object, message: string) =>
    void log.push([level, details, message]);
  const receiver = createReceiver({
    tenants: [{ slug: "acme", secrets: SECRET }],
    inbox: createMemoryInbox(),
    hooks: { rejected: (event) => void rejections.push(event) },
    logger: { info: write("info"), warn: write("warn"), error: write("error") },
    ...options,
  } as ReceiverOptions);
  return { receiver, rejections, log };
}

/** Returns a function that never resolves, and a promise for its first call. */
function hanging(): { readonly call: () => Promise<never>; readonly called: Promise<void> } {
  let onCall = () => {};
  const called = new Promise<void>((resolve) => {
    onCall = resolve;
  });
  return {
    called,
    call: () => {
      onCall();
      return new Promise(() => {});
    },
  };
}

describe("createReceiver", () => {
  it("reports an unknown slug to the operator, but not to the sender", async () => {
    const { receiver, rejections } = listen();
    const known = await receiver.receive({
      tenant: "acme",
      signature: signPayload("other", SECRET),
      body: BODY,
    });
    const unknown = await receiver.receive({ tenant: "unknown", signature: SIGNATURE, body: BODY });
    expect(unknown).toEqual(known);
    expect(rejections.map(({ code }) => code)).toEqual([
      "ERR_SIGNATURE_MISMATCH",
      "ERR_TENANT_UNKNOWN",
    ]);
  });

  it("rejects an unknown slug even if the request is signed with the decoy secret", async () => {
    const { receiver } = listen();
    const signature = signPayload(BODY, "a decoy key that signs no request");
    for (const slug of ["unknown", "acme"])
      expect(await receiver.receive({ tenant: slug, signature, body: BODY })).toMatchObject({
        status: 401,
      });
  });

  it("accepts any of a tenant's secrets, but never another tenant's", async () => {
    const old = "the client secret before it was rolled";
    const tenants: Tenant[] = [
      { slug: "acme", secrets: [SECRET, old] },
      { slug: "globex", secrets: "the client secret of globex" },
    ];
    const { receiver } = listen({ tenants });
    const statusOf = async (slug: string, secret: string) =>
      (await receiver.receive({ tenant: slug, signature: signPayload(BODY, secret), body: BODY }))
        .status;
    expect(await statusOf("acme", old)).toBe(200);
    expect(await statusOf("acme", SECRET)).toBe(200);
    expect(await statusOf("globex", SECRET)).toBe(401);
  });

  it("responds within the deadline while the tenant lookup hangs, and holds no more bodies than the budget", async () => {
    const { call, called } = hanging();
    const { receiver } = listen({
      tenants: { resolve: call },
      deadlineMs: 50,
      maxUnreadBytes: BODY.length,
    });
    const first = receiver.receive({ tenant: "acme", signature: SIGNATURE, body: BODY });
    await called;
    const second = await receiver.receive({ tenant: "acme", signature: SIGNATURE, body: BODY });
    expect(JSON.parse(second.body)).toMatchObject({ code: "ERR_OVERLOADED" });
    expect(JSON.parse((await first).body)).toMatchObject({ code: "ERR_TENANT_LOOKUP" });
  });

  it.each<[string, unknown]>([
    ["an empty secret", { slug: "acme", secrets: "" }],
    ["no secret", { slug: "acme" }],
    ["a list with a bad one", { slug: "acme", secrets: [SECRET, "short"] }],
    ["no slug", { secrets: SECRET }],
  ])(
    "responds 503 and logs an error if the resolver returns a tenant with %s",
    async (_name, tenant) => {
      const { receiver, log } = listen({ tenants: { resolve: async () => tenant as Tenant } });
      const response = await receiver.receive({ tenant: "acme", signature: SIGNATURE, body: BODY });
      expect(response.status).toBe(503);
      expect(response.body).not.toContain("secret");
      expect(log).toEqual([
        ["error", expect.objectContaining({ code: "ERR_TENANT_LOOKUP" }), expect.any(String)],
      ]);
    },
  );

  it("never rejects, whatever its callers and the user's functions do", async () => {
    const broken = {
      rejected: () => {
        throw new Error("hook");
      },
    };
    const { receiver } = listen({
      hooks: broken,
      tenants: {
        resolve: () => {
          throw new Error("resolver");
        },
      },
    });
    const strange = "no bytes" as unknown as Uint8Array;
    expect(
      (await receiver.receive({ tenant: "acme", signature: SIGNATURE, body: BODY })).status,
    ).toBe(503);
    expect(
      (await receiver.receive({ tenant: "acme", signature: SIGNATURE, body: strange })).status,
    ).toBe(503);
    expect(
      (await receiver.handle({ method: "POST", tenant: "acme", headers: {}, body: BODY })).status,
    ).toBe(401);
  });

  it("looks up no tenant for a request that is rejected by its headers or its length", async () => {
    const lookedUp: string[] = [];
    const resolve = async (slug: string) => {
      lookedUp.push(slug);
      return { slug, secrets: SECRET };
    };
    const { receiver } = listen({ tenants: { resolve }, maxBodyBytes: BODY.length });
    const good = {
      method: "POST",
      tenant: "acme",
      headers: { "x-jobber-hmac-sha256": SIGNATURE },
      body: BODY,
    };
    const rejected = [
      { ...good, method: "PUT" },
      { ...good, headers: {} },
      { ...good, headers: { "x-jobber-hmac-sha256": "A".repeat(10_000) } },
      { ...good, headers: { ...good.headers, "content-encoding": "gzip" } },
      { ...good, headers: { ...good.headers, "content-length": "1000000" } },
      { ...good, body: Buffer.concat([BODY, BODY]) },
    ];
    const statuses = await Promise.all(
      rejected.map(async (request) => (await receiver.handle(request)).status),
    );
    expect(statuses).toEqual([405, 401, 401, 415, 413, 413]);
    expect(lookedUp).toEqual([]);
    expect((await receiver.handle(good)).status).toBe(200);
    expect(lookedUp).toEqual(["acme"]);
  });

  it("reads a Headers object and header names in any case", async () => {
    const { receiver } = listen();
    for (const headers of [
      new Headers({ "X-Jobber-Hmac-SHA256": SIGNATURE }),
      { "X-JOBBER-HMAC-sha256": [SIGNATURE] },
    ])
      expect(
        (await receiver.handle({ method: "POST", tenant: "acme", headers, body: BODY })).status,
      ).toBe(200);
  });
});

describe("development mode", () => {
  const explained = async (
    options: Partial<ReceiverOptions>,
    request: { slug: string; signature: string | undefined },
  ) => {
    const { receiver, log } = listen({ development: true, ...options });
    const headers = { "x-jobber-hmac-sha256": request.signature };
    const response = await receiver.handle({
      method: "POST",
      tenant: request.slug,
      headers,
      body: BODY,
    });
    const before = log.length;
    // The diagnosis runs after the response.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return { response, before, lines: log.slice(1) };
  };

  it("logs once at the start that it is on, and nothing if it is off", () => {
    expect(listen({ development: true }).log.map(([, , message]) => message)).toEqual([
      expect.stringContaining("development mode"),
    ]);
    expect(listen().log).toEqual([]);
  });

  it("logs why a signature fails after the response, which does not change", async () => {
    const { response, before, lines } = await explained(
      {},
      { slug: "acme", signature: signPayload(BODY, `${SECRET}\n`, { allowUntrimmed: true }) },
    );
    expect(before).toBe(1);
    expect(lines).toEqual([
      ["warn", { tenant: "acme", cause: "secret_blanks" }, expect.stringContaining("line ending")],
    ]);
    const { receiver } = listen();
    expect(response).toEqual(
      await receiver.receive({ tenant: "acme", signature: signPayload("", SECRET), body: BODY }),
    );
  });

  it("names the tenant whose secret matched, even if the URL is wrong", async () => {
    const secrets: Secrets = "the client secret of globex";
    const tenants = [
      { slug: "acme", secrets: SECRET },
      { slug: "globex", secrets },
    ];
    const wrongTenant = await explained(
      { tenants },
      { slug: "acme", signature: signPayload(BODY, secrets) },
    );
    expect(wrongTenant.lines[0]?.[2]).toContain('"globex"');
    const unknownSlug = await explained(
      { tenants },
      { slug: "globx", signature: signPayload(BODY, secrets) },
    );
    expect(unknownSlug.lines[0]?.[2]).toMatch(/No tenant has this slug.*"globex"/);
  });

  it("explains a malformed header", async () => {
    const { lines } = await explained({}, { slug: "acme", signature: undefined });
    expect(lines).toMatchObject([["warn", { cause: "header_missing" }, /missing/]]);
  });

  it("logs no secret, no digest and nothing of the body", async () => {
    for (const secret of [`${SECRET}\n`, "an unrelated client secret"]) {
      const signature = signPayload(BODY, secret, { allowUntrimmed: true });
      const lines = JSON.stringify((await explained({}, { slug: "acme", signature })).lines);
      for (const hidden of [SECRET, signature, SIGNATURE, "job.created"])
        expect(lines).not.toContain(hidden);
    }
  });

  it("accepts nothing that would otherwise be rejected", async () => {
    const { response } = await explained(
      {},
      { slug: "acme", signature: signPayload(BODY, ` ${SECRET}`, { allowUntrimmed: true }) },
    );
    expect(response.status).toBe(401);
  });
});

describe("inline mode", () => {
  it("responds 503 if a handler has not finished at the deadline", async () => {
    const { call } = hanging();
    const { receiver } = listen({
      inbox: undefined,
      store: createMemoryStore(),
      on: { "job.created": call },
      deadlineMs: 50,
    } as Partial<ReceiverOptions>);
    const response = await receiver.receive({ tenant: "acme", signature: SIGNATURE, body: BODY });
    expect([response.status, response.headers["retry-after"]]).toEqual([503, "5"]);
  });
});
