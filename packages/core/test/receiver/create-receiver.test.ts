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
    hooks: { rejected: (event) => rejections.push(event) },
    logger: { info: write("info"), warn: write("warn"), error: write("error") },
    ...options,
  } as ReceiverOptions);
  return { receiver, rejections, log };
}

/** The function, and a promise for the moment it was called. */
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

describe("receiver", () => {
  it("tells the operator what the sender is not told: that a slug is unknown", async () => {
    const { receiver, rejections } = listen();
    const known = await receiver.receive({
      tenant: "acme",
      signature: signPayload("other", SECRET),
      body: BODY,
    });
    const unknown = await receiver.receive({ tenant: "nobody", signature: SIGNATURE, body: BODY });
    expect(unknown).toEqual(known);
    expect(rejections.map(({ code }) => code)).toEqual([
      "ERR_SIGNATURE_MISMATCH",
      "ERR_TENANT_UNKNOWN",
    ]);
  });

  it("rejects an unknown slug also for whoever knows the key that stands in for its secret", async () => {
    const { receiver } = listen();
    const signature = signPayload(BODY, "a key that nobody signs with");
    for (const slug of ["nobody", "acme"])
      expect(await receiver.receive({ tenant: slug, signature, body: BODY })).toMatchObject({
        status: 401,
      });
  });

  it("takes any of a tenant's secrets, and with listed tenants never another's", async () => {
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

  it("answers within the deadline when the body came but the tenant lookup hangs, and holds no more of such bodies than the budget", async () => {
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
    expect(JSON.parse((await first).body)).toMatchObject({ code: "ERR_DEADLINE" });
  });

  it.each<[string, unknown]>([
    ["an empty secret", { slug: "acme", secrets: "" }],
    ["no secret", { slug: "acme" }],
    ["a list with a bad one", { slug: "acme", secrets: [SECRET, "short"] }],
    ["no slug", { secrets: SECRET }],
  ])(
    "answers 503 with a loud line, and accepts nothing, when a resolver gives a tenant with %s",
    async (_name, tenant) => {
      const { receiver, log } = listen({ tenants: { resolve: async () => tenant as Tenant } });
      const response = await receiver.receive({ tenant: "acme", signature: SIGNATURE, body: BODY });
      expect(response.status).toBe(503);
      expect(response.body).not.toContain("secret");
      expect(log.map(([level]) => level)).toEqual(["error"]);
    },
  );

  it("responses and never rejects, whatever its callers and the user's functions do", async () => {
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

  it("looks no tenant up for what the headers or the length of the body condemn", async () => {
    const asked: string[] = [];
    const resolve = async (slug: string) => {
      asked.push(slug);
      return { slug, secrets: SECRET };
    };
    const { receiver } = listen({ tenants: { resolve }, maxBodyBytes: BODY.length });
    const good = {
      method: "POST",
      tenant: "acme",
      headers: { "x-jobber-hmac-sha256": SIGNATURE },
      body: BODY,
    };
    const condemned = [
      { ...good, method: "PUT" },
      { ...good, headers: {} },
      { ...good, headers: { "x-jobber-hmac-sha256": "A".repeat(10_000) } },
      { ...good, headers: { ...good.headers, "content-encoding": "gzip" } },
      { ...good, headers: { ...good.headers, "content-length": "1000000" } },
      { ...good, body: Buffer.concat([BODY, BODY]) },
    ];
    const statuses = await Promise.all(
      condemned.map(async (request) => (await receiver.handle(request)).status),
    );
    expect(statuses).toEqual([405, 401, 401, 415, 413, 413]);
    expect(asked).toEqual([]);
    expect((await receiver.handle(good)).status).toBe(200);
    expect(asked).toEqual(["acme"]);
  });

  it("reads headers from a Headers object and from names in any case", async () => {
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
    // The diagnosis runs after the response, in a turn of its own.
    await new Promise((resolve) => setTimeout(resolve, 0));
    return { response, before, said: log.slice(1) };
  };

  it("says once at the start that it is on, and not a word when it is off", () => {
    expect(listen({ development: true }).log.map(([, , message]) => message)).toEqual([
      expect.stringContaining("development mode"),
    ]);
    expect(listen().log).toEqual([]);
  });

  it("writes to the log why a signature fails, after the answer and not into it", async () => {
    const { response, before, said } = await explained(
      {},
      { slug: "acme", signature: signPayload(BODY, `${SECRET}\n`) },
    );
    expect(before).toBe(1);
    expect(said).toEqual([
      ["warn", { tenant: "acme", cause: "secret_blanks" }, expect.stringContaining("line ending")],
    ]);
    const { receiver } = listen();
    expect(response).toEqual(
      await receiver.receive({ tenant: "acme", signature: signPayload("", SECRET), body: BODY }),
    );
  });

  it("tells whose secret it was, for a wrong URL too", async () => {
    const secrets: Secrets = "the client secret of globex";
    const tenants = [
      { slug: "acme", secrets: SECRET },
      { slug: "globex", secrets },
    ];
    const wrongTenant = await explained(
      { tenants },
      { slug: "acme", signature: signPayload(BODY, secrets) },
    );
    expect(wrongTenant.said[0]?.[2]).toContain('"globex"');
    const unknownSlug = await explained(
      { tenants },
      { slug: "globx", signature: signPayload(BODY, secrets) },
    );
    expect(unknownSlug.said[0]?.[2]).toMatch(/No tenant has this slug.*"globex"/);
  });

  it("explains a header that could be no signature", async () => {
    const { said } = await explained({}, { slug: "acme", signature: undefined });
    expect(said).toMatchObject([["warn", { cause: "header_missing" }, /missing/]]);
  });

  it("shows no secret, no digest and nothing of the body", async () => {
    for (const secret of [`${SECRET}\n`, "the client secret of nobody"]) {
      const signature = signPayload(BODY, secret);
      const said = JSON.stringify((await explained({}, { slug: "acme", signature })).said);
      for (const hidden of [SECRET, signature, SIGNATURE, "job.created"])
        expect(said).not.toContain(hidden);
    }
  });

  it("accepts nothing that is not accepted without it", async () => {
    const { response } = await explained(
      {},
      { slug: "acme", signature: signPayload(BODY, ` ${SECRET}`) },
    );
    expect(response.status).toBe(401);
  });
});

describe("inline mode", () => {
  it("gives the store the abort signal's time and no more: a handler that hangs is a 503", async () => {
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
