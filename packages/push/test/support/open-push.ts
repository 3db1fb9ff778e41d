import { createJobberApi, type JobberApi } from "@jobber-sync/api";
import {
  createMemoryInbox,
  createMemoryOutbox,
  createMemoryStore,
  createMemoryTokenStore,
  type Intent,
} from "@jobber-sync/core";
import { type CreatePushOptions, createPush, type Push, type PushEvent } from "@jobber-sync/push";
import { silentLogger } from "@jobber-sync/testing";
import {
  createSimulator,
  type SimulatedAccount,
  type Simulator,
  type SimulatorOptions,
} from "@jobber-sync/testing/simulator";
import { onTestFinished } from "vitest";

const START = Date.parse("2026-01-25T10:00:00Z");

/** A pusher in front of a simulated Jobber, on one fake clock. */
export interface OpenPush {
  readonly clock: { now: number };
  readonly jobber: Simulator;
  readonly account: SimulatedAccount;
  readonly api: JobberApi;
  readonly store: ReturnType<typeof createMemoryStore>;
  readonly inbox: ReturnType<typeof createMemoryInbox>;
  readonly push: Push;
  readonly events: readonly (readonly [string, PushEvent])[];
  /** Processes what is due, and lets time pass until no intent is open. */
  settle(): Promise<void>;
  intent(key: string): Promise<Intent>;
  /** Number of executed mutations by root field. */
  mutations(): Readonly<Record<string, number>>;
}

/** Opens a pusher. Its simulator stops when the test ends. */
export async function openPush(
  options: {
    readonly push?: Partial<CreatePushOptions>;
    readonly jobber?: SimulatorOptions;
    /** The package, or a mutant of it. */
    readonly createPush?: typeof createPush;
  } = {},
): Promise<OpenPush> {
  const clock = { now: START };
  const now = () => clock.now;
  const jobber = await createSimulator({ now, ...options.jobber });
  onTestFinished(() => jobber.close());
  const account = jobber.addAccount();
  const api = createJobberApi({
    tokens: createMemoryTokenStore(),
    version: jobber.version,
    clientId: jobber.clientId,
    clientSecret: jobber.clientSecret,
    endpoint: jobber.endpoint,
    fetch: jobber.fetch,
    logger: silentLogger,
    now,
    sleep: async (ms) => {
      clock.now += ms;
    },
    random: () => 0.5,
  });
  const { accessToken, refreshToken, expiresAt } = jobber.connect(account);
  const lifetimeMs = expiresAt - clock.now;
  await api.connect("acme", { accessToken, refreshToken, lifetimeMs, serverTime: clock.now });
  const store = createMemoryStore();
  const lanes = new Map();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), lanes, now });
  const events: [string, PushEvent][] = [];
  const record = (name: string) => (event: PushEvent) => {
    events.push([name, event]);
  };
  const push = (options.createPush ?? createPush)({
    outbox: createMemoryOutbox({ store, lanes, now }),
    store,
    request: api.request,
    logger: silentLogger,
    hooks: {
      "push.done": record("push.done"),
      "push.rejected": record("push.rejected"),
      "push.conflict": record("push.conflict"),
      "push.check": record("push.check"),
    },
    now,
    random: () => 0.5,
    ...options.push,
  });
  const { outbox } = push;
  const base = { ...jobber.counts.queries };
  return {
    ...{ clock, jobber, account, api, store, inbox, push, events },
    async settle() {
      for (let rounds = 0; rounds < 200; rounds += 1) {
        await push.drain();
        const open = await outbox.list({ states: ["waiting", "uncertain"], limit: 10_000 });
        if (open.length === 0) return;
        clock.now = Math.max(clock.now + 1, Math.min(...open.map(({ dueAt }) => dueAt)));
      }
      throw new Error("the outbox did not come to rest");
    },
    async intent(key) {
      const [intent] = await outbox.list({ key });
      if (intent === undefined) throw new Error(`no intent with the key ${key}`);
      return intent;
    },
    mutations: () =>
      Object.fromEntries(
        Object.entries(jobber.counts.queries)
          .filter(([name]) =>
            /(Create|Edit|Archive|Unarchive|Close|Reopen|Complete|Uncomplete|Delete|Note|Schedule|Users)/.test(
              name,
            ),
          )
          .map(([name, count]) => [name, count - (base[name] ?? 0)]),
      ),
  };
}
