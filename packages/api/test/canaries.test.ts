import { randomBytes } from "node:crypto";
import { subscribe } from "node:diagnostics_channel";
import { inspect } from "node:util";
import { createReconciler, exchangeCode, type JobberApiHooks } from "@jobber-sync/api";
import {
  createMemoryCursorStore,
  createMemoryInbox,
  createMemoryStore,
  createMemoryTokenStore,
  createReceiver,
  createWorker,
  encryptTokens,
  LIFECYCLE_NAMES,
  type LifecycleHooks,
  type Logger,
  signPayload,
} from "@jobber-sync/core";
import type { TokenStore } from "@jobber-sync/core/ports";
import type { SimulatedFault } from "@jobber-sync/testing/simulator";
import { expect, it, onTestFinished, vi } from "vitest";
import { openApi, SIGNAL } from "./support/open-api.ts";

const canary = (name: string): string => `canary${name}${randomBytes(6).toString("hex")}`;
const CANARIES: string[] = [];
// Errors of the user's store, source and handlers reach the user's log whole, but no response.
const OWN_ERROR = "text of the user's own error";

/** Creates a canary: a value that must never become visible. */
function plant(name: string): string {
  const value = canary(name);
  CANARIES.push(value);
  return value;
}

/**
 * Records everything visible: logs, hooks, diagnostics channels, responses, errors, the console.
 */
function watch() {
  const seen: string[] = [];
  const see = (...what: unknown[]): void => {
    for (const thing of what)
      seen.push(
        typeof thing === "string"
          ? thing
          : inspect(thing, {
              depth: 20,
              showHidden: true,
              getters: true,
              maxStringLength: null,
              maxArrayLength: null,
            }),
      );
  };
  const logger: Logger = { info: see, warn: see, error: see };
  const all = <T extends object>(): T => new Proxy({}, { get: () => see }) as T;
  for (const method of ["log", "info", "warn", "error", "debug"] as const)
    vi.spyOn(console, method).mockImplementation(see);
  vi.spyOn(process.stderr, "write").mockImplementation((text) => {
    see(String(text));
    return true;
  });
  for (const name of LIFECYCLE_NAMES) subscribe(`jobber-sync:${name}`, see);
  onTestFinished(() => void vi.restoreAllMocks());
  return {
    seen,
    see,
    logger,
    receiverHooks: all<LifecycleHooks>(),
    apiHooks: all<JobberApiHooks>(),
  };
}

it("secrets, tokens and customer data appear in no log, hook, channel, response or error", async () => {
  const { seen, see, logger, receiverHooks, apiHooks } = watch();
  const planted = (names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, plant(name)]));
  const person = () => planted(["firstName", "lastName", "companyName", "email", "phone"]);
  const address = () => planted(["street", "city", "province", "postalCode", "country"]) as never;
  const clientSecret = plant("secret");
  const quoted = plant("quoted");
  const rows = createMemoryTokenStore();
  const tokens = encryptTokens(rows, [{ id: "k1", key: randomBytes(32) }]);
  const opened = await openApi({
    api: { tokens, logger, hooks: apiHooks },
    jobber: { clientSecret, rotation: "lenient" },
  });
  const { account, jobber, api, clock, another } = opened;
  account.addClient({ ...person(), billingAddress: address() });
  const client = account.addClient({ ...person(), billingAddress: address() });
  const property = account.addProperty(client.id, { name: plant("property"), address: address() });
  const job = account.addJob(property.id, {
    title: plant("title"),
    instructions: plant("instructions"),
  });
  const visit = account.addVisit(job.id, { title: plant("visit") });
  const attempt = async (call: () => Promise<unknown>): Promise<void> => {
    try {
      await call();
    } catch (error) {
      see(error, String(error), (error as Error).stack, JSON.stringify(error));
    }
  };

  // Every kind of response of Jobber or of a proxy, for every object type.
  const quote = (message: string, extra: object = {}): SimulatedFault => ({
    kind: "body",
    status: 200,
    body: { data: { job: null }, errors: [{ message, ...extra }] },
  });
  const said = (body: unknown, status = 200): SimulatedFault => ({ kind: "body", status, body });
  const graphqlFaults: SimulatedFault[] = [
    { kind: "html" },
    { kind: "truncated" },
    { kind: "huge", bytes: 8 * 1024 * 1024 },
    { kind: "null_data" },
    { kind: "redirect", location: `https://${quoted}.example/` },
    { kind: "too_many_requests" },
    { kind: "outage" },
    { kind: "reset" },
    quote(`Email ${quoted} is invalid`),
    quote(`${quoted} was hidden due to permissions`),
    quote("Throttled", { extensions: { code: "THROTTLED", value: quoted } }),
    said({ errors: [{ message: `Field '${quoted}' doesn't exist` }] }),
    said({ message: quoted }, 500),
    said({ message: `GraphQL API version '${quoted}' does not exist` }, 404),
    said({ error: { message: `This account is not active ${quoted}` } }),
    said({ data: { job: { id: quoted, title: quoted, client: { name: quoted } } } }),
    said({
      data: { job: quoted, client: quoted, visit: quoted, property: quoted, account: quoted },
    }),
    said({ data: { jobEdit: { userErrors: [{ message: quoted, path: [quoted] }] } } }),
    said(quoted),
  ];
  for (const fault of graphqlFaults) {
    for (const [type, { id }] of Object.entries({ job, client, visit, property, account })) {
      jobber.faults.next("graphql", fault);
      await attempt(() => api.fetch("acme", type as "job", id, { signal: SIGNAL }));
      jobber.faults.clear();
      clock.now += 60_000;
    }
  }
  for (const type of ["job", "client", "visit", "property"] as const)
    await attempt(() =>
      api.fetch("acme", type, { job, client, visit, property }[type].id, { signal: SIGNAL }),
    );

  // Every kind of token failure.
  const tokenFaults: SimulatedFault[] = [
    { kind: "html" },
    { kind: "outage" },
    { kind: "reset" },
    { kind: "truncated" },
    said({ access_token: quoted }),
    said({ access_token: `${quoted}\n`, refresh_token: quoted }),
    said({ access_token: 5, refresh_token: quoted }),
    said({ access_token: quoted, refresh_token: quoted, scope: 5 }),
    said({ access_token: quoted, refresh_token: quoted, token_type: quoted }),
    said({ error: "invalid_client", error_description: quoted }, 401),
    said({ error: quoted, error_description: quoted }, 400),
    said({ error: "invalid_grant", error_description: quoted }, 400),
  ];
  for (const fault of tokenFaults) {
    await opened.connect();
    jobber.expireAccessTokens(account);
    jobber.faults.next("token", fault);
    clock.now += 10_000;
    await attempt(() => another().fetch("acme", "job", job.id, { signal: SIGNAL }));
    jobber.faults.clear();
  }
  const row = await rows.read("acme");
  const quoting: TokenStore = {
    ...rows,
    read: async () => {
      throw Object.assign(new Error(`Failing row contains (acme, ${quoted})`), {
        detail: quoted,
        code: "23505",
      });
    },
  };
  await attempt(() =>
    another({ tokens: quoting }).fetch("acme", "job", job.id, { signal: SIGNAL }),
  );
  await attempt(() =>
    encryptTokens({ ...rows, read: async () => (row ? { ...row, accessToken: quoted } : null) }, [
      { id: "k1", key: randomBytes(32) },
    ]).read("acme"),
  );
  const code = plant("code");
  const { clientId, endpoint } = jobber;
  const callbackUrl = `https://acme.example/callback?code=${code}&state=${plant("state")}`;
  const flow = {
    clientId,
    clientSecret,
    endpoint,
    callbackUrl,
    redirectUri: "https://acme.example/callback",
    codeVerifier: plant("verifier"),
  };
  await attempt(() => exchangeCode({ ...flow, state: "another" }));
  await attempt(() =>
    exchangeCode({ ...flow, state: new URL(callbackUrl).searchParams.get("state") }),
  );

  // Good and bad deliveries through receiver, worker and reconciler, with a handler and a store
  // that quote their input in errors.
  await opened.connect();
  const store = createMemoryStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence() });
  const tenants = [{ slug: "acme", secrets: clientSecret }];
  const shared = { tenants, logger, hooks: receiverHooks };
  const receiver = createReceiver({ ...shared, inbox });
  const failing = {
    ...store,
    apply: async () => Promise.reject(new Error(OWN_ERROR)),
  };
  const small = createReceiver({ ...shared, store: failing });
  const handling = createReceiver({
    ...shared,
    store,
    on: { "job.created": () => Promise.reject(new Error(OWN_ERROR)) },
  });
  const snapshot = {
    event: "job.created",
    data: {
      id: "1",
      title: plant("snapshotTitle"),
      client: {
        id: "2",
        name: plant("snapshotName"),
        email: plant("snapshotEmail"),
        phone: plant("snapshotPhone"),
      },
      address: { street: plant("snapshotStreet") },
    },
  };
  const notification = (topic: string, itemId: string) => ({
    data: {
      webHookEvent: {
        topic,
        appId: "a",
        accountId: account.id,
        itemId,
        occurredAt: "2026-01-25T10:00:00Z",
      },
    },
  });
  const bodies: unknown[] = [
    snapshot,
    { ...snapshot, event: plant("event") },
    { event: "job.created", data: { title: quoted } },
    {
      event: "job.created",
      data: { id: "3", total: quoted, scheduled_at: quoted, status: plant("status") },
    },
    notification("JOB_UPDATE", job.id),
    notification("CLIENT_UPDATE", client.id),
    notification("APP_DISCONNECT", account.id),
    quoted,
  ];
  for (const body of bodies) {
    const bytes = new TextEncoder().encode(JSON.stringify(body));
    const broken = bytes.subarray(0, -1);
    for (const signed of [bytes, broken]) {
      const signature = signPayload(signed, clientSecret);
      for (const to of [receiver, small, handling]) {
        const response = await to.receive({ tenant: "acme", signature, body: signed });
        expect(JSON.stringify(response)).not.toContain(OWN_ERROR);
        see(response);
        see(
          await to.receive({
            tenant: "acme",
            signature: signPayload(signed, plantOnce()),
            body: signed,
          }),
        );
        see(await to.receive({ tenant: "globex", signature, body: signed }));
      }
    }
  }
  const on = {
    "job.created": () => Promise.reject(new Error(OWN_ERROR)),
    JOB_UPDATE: () => Promise.reject(new Error(OWN_ERROR)),
  };
  for (const source of [api, { fetch: async () => Promise.reject(new Error(OWN_ERROR)) }]) {
    for (const target of [store, failing]) {
      await createWorker({
        inbox,
        store: target,
        source,
        on,
        logger,
        hooks: receiverHooks,
        now: () => Date.now() + 1e8,
      }).drain();
      see(await inbox.list({ limit: Number.POSITIVE_INFINITY }));
      await inbox.replay({ states: ["dead", "quarantined"] });
    }
  }
  const reconciler = createReconciler({
    api,
    store,
    cursors: createMemoryCursorStore(),
    sleep: async () => {},
  });
  await attempt(() => reconciler.reconcile("acme", { full: true }));

  const granted = Buffer.from(JSON.stringify(await tokens.read("acme"))).toString();
  const { accessToken = "", refreshToken = "" } = JSON.parse(granted);
  const secrets = [...CANARIES, accessToken, refreshToken].filter((text) => text !== "");
  expect(secrets.length).toBeGreaterThanOrEqual(40);
  expect(seen.length).toBeGreaterThan(200);
  const everything = seen.join("\n");
  expect(everything).toContain(OWN_ERROR);
  const found = secrets.filter((text) => everything.includes(text));
  const places = found.map((text) => seen.find((line) => line.includes(text))?.slice(0, 400));
  expect(places).toEqual([]);
}, 30_000);

let forged = "";
function plantOnce(): string {
  forged ||= plant("forgedSecret");
  return forged;
}
