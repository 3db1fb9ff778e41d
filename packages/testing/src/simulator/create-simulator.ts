import { createRandom } from "../random/create-random.ts";
import { type AccountTables, type AsApp, createAccount, type SimulatedAccount } from "./account.ts";
import { createDirectFetch, type DirectFetch } from "./direct-fetch.ts";
import { createFaultPlan, type FaultPlan, isProcessed } from "./faults.ts";
import { respondToGraphql, type SimulatedResponse } from "./graphql-endpoint.ts";
import { type Route, type SimulatedRequest, startServer } from "./http-server.ts";
import { createMeter, JOBBER_LIMITS, type Meter, type SimulatedLimits } from "./limits.ts";
import {
  createOauth,
  type OauthCounts,
  type SimulatedTokens,
  type TokenRotation,
} from "./oauth.ts";
import { createWebhookSender, type WebhookSender } from "./webhook-sender.ts";

/** Options for {@link createSimulator}: Jobber, and the app registered with it. */
export interface SimulatorOptions {
  /** Seed of the disorder and of replica lag. @default 1 */
  readonly seed?: number | undefined;
  /** Jobber's clock. Milliseconds since 1970. @default Date.now */
  readonly now?: (() => number) | undefined;
  readonly clientId?: string | undefined;
  /** The OAuth client secret, which also signs webhooks. */
  readonly clientSecret?: string | undefined;
  readonly appId?: string | undefined;
  /**
   * Existing API versions, oldest first. The oldest one serves requests for earlier versions.
   *
   * @default ["2025-04-16", "2026-07-27"]
   */
  readonly versions?: readonly [string, ...string[]] | undefined;
  /** @default JOBBER_LIMITS */
  readonly limits?: Partial<SimulatedLimits> | undefined;
  /** @default "strict" */
  readonly rotation?: TokenRotation | undefined;
  /** Lifetime of an access token. Milliseconds. @default 3600000 */
  readonly accessTokenMs?: number | undefined;
  /** @default "occurredAt" */
  readonly timeSpelling?: "occurredAt" | "occuredAt" | undefined;
  /** Time limit for the response to a webhook. Milliseconds. @default 1000 */
  readonly webhookTimeoutMs?: number | undefined;
  /** Number of retries of a webhook without a 2xx. @default 3 */
  readonly webhookRetries?: number | undefined;
}

/** Numbers of requests so far. */
export interface SimulatorCounts {
  /** Requests to the GraphQL endpoint, with any response. */
  requests: number;
  /** Executed queries, by their root field (`job`, `client` …). */
  readonly queries: Record<string, number>;
  /** Queries rejected for their cost. */
  throttled: number;
  /** Requests rejected with 429. */
  tooManyRequests: number;
  /** Requests with an invalid token. */
  unauthorized: number;
  readonly oauth: Readonly<OauthCounts>;
}

/** A simulated Jobber on a loopback port. */
export interface Simulator {
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** The GraphQL endpoint, for `createJobberApi({ endpoint })`. */
  readonly endpoint: string;
  readonly tokenEndpoint: string;
  readonly authorizeEndpoint: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly appId: string;
  /** The newest API version. */
  readonly version: string;
  /**
   * Handles a request without the network, for `createJobberApi({ fetch })` in tests with very many
   * requests. Faults behave as over the network, except `slow`, which responds at once.
   */
  readonly fetch: DirectFetch;
  readonly faults: FaultPlan;
  readonly webhooks: WebhookSender;
  readonly counts: SimulatorCounts;
  addAccount(name?: string): SimulatedAccount;
  /** Connects the account to the app, as if its owner had completed the OAuth flow. */
  connect(account: SimulatedAccount): SimulatedTokens;
  /** Disconnects the app: invalidates the tokens, then sends `APP_DISCONNECT`. */
  disconnect(account: SimulatedAccount): void;
  /** Invalidates the access tokens issued so far. Refresh tokens stay valid. */
  expireAccessTokens(account: SimulatedAccount): void;
  /** Sets the account that the authorize page connects from now on; `null` denies every request. */
  approveAs(account: SimulatedAccount | null): void;
  close(): Promise<void>;
}

/**
 * Starts a simulated Jobber in this process: GraphQL endpoint, OAuth and webhooks, over records
 * that the test creates. It shares no code with this library and behaves as docs/jobber-facts.md
 * describes Jobber.
 *
 * @example
 * ```ts
 * import { createSimulator } from "@jobber-sync/testing/simulator";
 *
 * const jobber = await createSimulator({ seed: 7 });
 * const account = jobber.addAccount("Acme Lawn Care");
 * jobber.webhooks.subscribe(account.id, "http://127.0.0.1:3000/webhooks/jobber/acme");
 * const client = account.addClient({ firstName: "John", lastName: "Doe" });
 * const property = account.addProperty(client.id);
 * account.addJob(property.id, { title: "Lawn Service", jobStatus: "upcoming" });
 * await jobber.webhooks.flush(); // CLIENT_CREATE, PROPERTY_CREATE, JOB_CREATE
 * await jobber.close();
 * ```
 */
export async function createSimulator(options: SimulatorOptions = {}): Promise<Simulator> {
  const {
    now = Date.now,
    clientId = "simulated-client-id",
    clientSecret = "the client secret of the simulated app",
    appId = "3ef22a50-072d-430c-a78f-b7646657560b",
    versions = ["2025-04-16", "2026-07-27"],
    rotation = "strict",
    accessTokenMs = 3_600_000,
  } = options;
  const limits = { ...JOBBER_LIMITS, ...options.limits };
  const random = createRandom(options.seed ?? 1);
  const { sender, queue } = createWebhookSender({
    clientSecret,
    appId,
    random,
    timeSpelling: options.timeSpelling ?? "occurredAt",
    timeoutMs: options.webhookTimeoutMs ?? 1000,
    retries: options.webhookRetries ?? 3,
  });
  const oauth = createOauth({ clientId, clientSecret, appId, rotation, accessTokenMs, now });
  const faults = createFaultPlan();
  const tablesOf = new Map<SimulatedAccount, { tables: AccountTables; asApp: AsApp }>();
  const meters = new Map<SimulatedAccount, Meter>();
  const counts: SimulatorCounts = {
    requests: 0,
    queries: {},
    throttled: 0,
    tooManyRequests: 0,
    unauthorized: 0,
    oauth: oauth.counts,
  };
  let approver: SimulatedAccount | null = null;
  let accounts = 0;

  const graphql: Route = async (request) => {
    counts.requests += 1;
    const isMutation = /^\{"query":"\s*mutation/.test(request.body);
    const fault = (isMutation ? faults.take("mutation") : undefined) ?? faults.take("graphql");
    if (fault !== undefined && !isProcessed(fault))
      return { response: { status: 200, body: null }, fault };
    return { response: await response(request), fault };
  };

  async function response({ headers, body }: SimulatedRequest): Promise<SimulatedResponse> {
    const token = /^Bearer (.+)$/.exec(headers.authorization ?? "")?.[1];
    if (token === undefined) {
      const message = "An object of type Account was hidden because you are unauthenticated";
      return {
        status: 200,
        body: {
          data: { account: null },
          errors: [{ message, extensions: { code: "UNAUTHENTICATED" } }],
        },
      };
    }
    const account = oauth.authorize(token);
    if (typeof account === "string") {
      counts.unauthorized += 1;
      return account === "unknown"
        ? message(401, "Token not recognized")
        : message(401, DISCONNECTED);
    }
    if (account.conditions.inactive)
      return { status: 200, body: { error: { message: "This account is not active" } } };
    const asked = String(headers["x-jobber-graphql-version"] ?? "");
    const version = versionFor(versions, asked);
    if (version === null) return message(404, `GraphQL API version '${asked}' does not exist`);
    const stored = tablesOf.get(account);
    if (stored === undefined) throw new TypeError("The account belongs to another simulator.");
    const meter = meters.get(account) ?? createMeter(limits);
    meters.set(account, meter);
    if (!meter.countRequest(now())) {
      counts.tooManyRequests += 1;
      return message(429, "Too many requests");
    }
    const { query, variables } = JSON.parse(body) as {
      query: string;
      variables?: Record<string, unknown>;
    };
    const lagMs = random.next() * account.conditions.replicaLagMs;
    const { indexLagMs: maxIndexLagMs } = account.conditions;
    // Drawn only when needed, so that a seed keeps its disorder.
    const indexLagMs = maxIndexLagMs === 0 ? 0 : random.next() * maxIndexLagMs;
    const warning = version === asked ? undefined : `Version ${asked} was removed.`;
    const outcome = await respondToGraphql({
      account,
      ...stored,
      meter,
      limits,
      version,
      warning,
      query,
      variables: variables ?? {},
      now: now(),
      lagMs,
      indexLagMs,
    });
    if (outcome.throttled) counts.throttled += 1;
    for (const field of outcome.rootFields)
      counts.queries[field] = (counts.queries[field] ?? 0) + 1;
    return outcome;
  }

  const token: Route = async ({ body }) => {
    const fault = faults.take("token");
    if (fault !== undefined && !isProcessed(fault))
      return { response: { status: 200, body: null }, fault };
    return { response: oauth.token(new URLSearchParams(body)), fault };
  };
  const authorize: Route = async ({ url }) => ({
    response: { redirect: oauth.approve(url.searchParams, approver) },
  });

  const routes = new Map([
    ["POST /api/graphql", graphql],
    ["POST /api/oauth/token", token],
    ["GET /api/oauth/authorize", authorize],
  ]);
  const server = await startServer(routes, now);

  return {
    url: server.url,
    endpoint: `${server.url}/api/graphql`,
    tokenEndpoint: `${server.url}/api/oauth/token`,
    authorizeEndpoint: `${server.url}/api/oauth/authorize`,
    clientId,
    clientSecret,
    appId,
    version: versions.at(-1) ?? versions[0],
    fetch: createDirectFetch(routes, now),
    faults: faults.plan,
    webhooks: sender,
    counts,
    addAccount(name = "Acme Lawn Care") {
      accounts += 1;
      const { account, ...stored } = createAccount({ number: accounts, name, now, emit: queue });
      tablesOf.set(account, stored);
      return account;
    },
    connect: oauth.connect,
    disconnect(account) {
      oauth.disconnect(account);
      queue({
        topic: "APP_DISCONNECT",
        accountId: account.id,
        itemId: account.id,
        occurredAt: `${new Date(now()).toISOString().slice(0, 19)}Z`,
      });
    },
    expireAccessTokens: oauth.expireAccessTokens,
    approveAs(account) {
      approver = account;
    },
    close: server.close,
  };
}

const DISCONNECTED = "User has disconnected this app from their account. Please delete this token";

function message(status: number, text: string): SimulatedResponse {
  return { status, body: { message: text } };
}

/**
 * Returns the version that serves a request: the oldest one for removed versions, `null` for
 * versions that never existed. See docs/jobber-facts.md#api-versions.
 */
function versionFor(versions: readonly [string, ...string[]], asked: string): string | null {
  if (versions.includes(asked)) return asked;
  return /^\d{4}-\d\d-\d\d$/.test(asked) && asked < versions[0] ? versions[0] : null;
}
