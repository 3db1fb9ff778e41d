import {
  type ConnectOptions,
  createJobberApi,
  type JobberApi,
  type JobberApiHooks,
  type JobberApiOptions,
  type TokenGrant,
} from "@jobber-sync/api";
import { createMemoryTokenStore } from "@jobber-sync/core";
import type { TokenStore } from "@jobber-sync/core/ports";
import {
  createSimulator,
  type SimulatedAccount,
  type Simulator,
  type SimulatorOptions,
} from "@jobber-sync/testing/simulator";
import { onTestFinished } from "vitest";

/** A clock that advances only when something waits. */
interface FakeClock {
  now: number;
}

/** A simulated Jobber with one connected account, and an API for it, on one fake clock. */
export interface OpenApi {
  readonly clock: FakeClock;
  readonly jobber: Simulator;
  readonly account: SimulatedAccount;
  readonly tokens: TokenStore;
  readonly api: JobberApi;
  /** Emitted hook events, in order. */
  readonly emitted: readonly (readonly [string, unknown])[];
  /** Creates another API on the same tokens, as in another process. */
  another(overrides?: Partial<JobberApiOptions>): JobberApi;
  /** Connects the account to the tenant, as an OAuth flow would. */
  connect(tenant?: string, account?: SimulatedAccount, options?: ConnectOptions): Promise<string>;
}

export const START = Date.parse("2026-01-25T10:00:00Z");
export const SIGNAL = new AbortController().signal;

/** Starts the simulator and creates the API. The simulator stops when the test ends. */
export async function openApi(
  options: { readonly api?: Partial<JobberApiOptions>; readonly jobber?: SimulatorOptions } = {},
): Promise<OpenApi> {
  const clock: FakeClock = { now: START };
  const jobber = await createSimulator({ now: () => clock.now, ...options.jobber });
  onTestFinished(() => jobber.close());
  const account = jobber.addAccount();
  const tokens = options.api?.tokens ?? createMemoryTokenStore();
  const emitted: [string, unknown][] = [];
  const another = (overrides: Partial<JobberApiOptions> = {}): JobberApi =>
    createJobberApi({
      tokens,
      version: jobber.version,
      clientId: jobber.clientId,
      clientSecret: jobber.clientSecret,
      endpoint: jobber.endpoint,
      hooks: hooksInto(emitted),
      now: () => clock.now,
      sleep: async (ms) => {
        clock.now += ms;
      },
      random: () => 0.5,
      ...options.api,
      ...overrides,
    });
  const api = another();
  const connect: OpenApi["connect"] = (tenant = "acme", connected = account, connectOptions = {}) =>
    api.connect(tenant, grantOf(jobber, connected, clock.now), connectOptions);
  await connect();
  return { clock, jobber, account, tokens, api, emitted, another, connect };
}

/** Returns tokens for an account, as `exchangeCode` does. */
export function grantOf(jobber: Simulator, account: SimulatedAccount, now: number): TokenGrant {
  const { accessToken, refreshToken, expiresAt } = jobber.connect(account);
  return { accessToken, refreshToken, lifetimeMs: expiresAt - now, serverTime: now };
}

/** Adds a client with one property and one job. */
export function addJob(account: SimulatedAccount, title = "Lawn Service") {
  const client = account.addClient({
    firstName: "John",
    lastName: "Doe",
    email: "john@example.com",
    phone: "555-1234",
  });
  const property = account.addProperty(client.id, {
    address: {
      street: "123 Main St",
      city: "Austin",
      province: "TX",
      postalCode: "78701",
      country: "US",
    },
  });
  const job = account.addJob(property.id, {
    title,
    jobStatus: "upcoming",
    startAt: "2026-01-25T10:00:00-06:00",
    total: 120.5,
  });
  return { client, property, job };
}

function hooksInto(emitted: [string, unknown][]): JobberApiHooks {
  const note =
    (name: string) =>
    (notification: unknown): void => {
      emitted.push([name, notification]);
    };
  return {
    connected: note("connected"),
    needsReauth: note("needsReauth"),
    missingPermission: note("missingPermission"),
    disconnected: note("disconnected"),
    refreshed: note("refreshed"),
    version: note("version"),
    throttled: note("throttled"),
  };
}
