import assert from "node:assert/strict";
import { createJobberApi } from "@jobber-sync/api";
import { createMemoryTokenStore } from "@jobber-sync/core";
import type { Outbox, SyncStore } from "@jobber-sync/core/ports";
import { contact, createPush } from "@jobber-sync/push";
import { silentLogger } from "@jobber-sync/testing";
import { seededRandom } from "@jobber-sync/testing/contracts";
import { createSimulator, type SimulatedFault } from "@jobber-sync/testing/simulator";
import { CRASH_STEPS, crashingOutbox } from "../support/crashing-outbox.ts";

/** An empty database of a campaign. */
export interface CampaignDatabase {
  readonly outbox: Outbox;
  readonly store: SyncStore;
  close(): Promise<void> | void;
}

/** Options of {@link runCreates}. */
export interface CreatesOptions {
  readonly creates: number;
  readonly seed: number;
  readonly open: (now: () => number) => CampaignDatabase | Promise<CampaignDatabase>;
  /** Creates in one database. @default 50 */
  readonly batch?: number;
  /** The package, or a mutant of it. */
  readonly createPush?: typeof createPush;
}

/** Result of {@link runCreates}. */
export interface CreatesReport {
  readonly creates: number;
  readonly crashes: number;
  readonly faults: number;
  readonly done: number;
  /** Left to a person. */
  readonly check: number;
  readonly clients: number;
}

const FAULTS: readonly SimulatedFault[] = [
  { kind: "reset" },
  { kind: "lost_response" },
  { kind: "truncated" },
  { kind: "html" },
  { kind: "html", status: 200, processed: true },
  { kind: "html", status: 502, processed: true },
  { kind: "outage" },
  { kind: "null_data" },
];

/**
 * Creates contacts while responses are lost, requests fail and processes die, each at a random
 * step. Every contact must be in Jobber at most once; exactly once if its intent is done.
 */
export async function runCreates({
  creates,
  seed,
  open,
  batch = 50,
  createPush: create = createPush,
}: CreatesOptions): Promise<CreatesReport> {
  const total = { creates: 0, crashes: 0, faults: 0, done: 0, check: 0, clients: 0 };
  for (let first = 0; first < creates; first += batch) {
    const report = await runBatch(Math.min(batch, creates - first), seed + first, open, create);
    for (const name of Object.keys(total) as (keyof CreatesReport)[]) total[name] += report[name];
  }
  return total;
}

async function runBatch(
  creates: number,
  seed: number,
  open: CreatesOptions["open"],
  create: typeof createPush,
): Promise<CreatesReport> {
  const random = seededRandom(seed);
  const below = (limit: number) => Math.floor(random() * limit);
  const clock = { now: Date.parse("2026-01-25T10:00:00Z") };
  const now = () => clock.now;
  const jobber = await createSimulator({ now, seed, limits: { requests: 1e9, restoreRate: 1e9 } });
  const database = await open(now);
  const account = jobber.addAccount();
  account.conditions.indexLagMs = 10_000;
  account.conditions.replicaLagMs = below(2) * 5000;
  const api = createJobberApi({
    ...{ tokens: createMemoryTokenStore(), version: jobber.version, endpoint: jobber.endpoint },
    ...{ clientId: jobber.clientId, clientSecret: jobber.clientSecret, fetch: jobber.fetch },
    ...{ logger: silentLogger, now, maxRequests: 1_000_000 },
    sleep: async (ms) => {
      clock.now += ms;
    },
  });
  const { accessToken, refreshToken } = jobber.connect(account);
  await api.connect("acme", {
    ...{ accessToken, refreshToken, lifetimeMs: 1e12, serverTime: clock.now },
  });
  let crashes = 0;
  let faults = 0;
  const { outbox, store } = database;
  const startProcess = () => {
    const step = CRASH_STEPS[below(CRASH_STEPS.length)];
    const point = step === undefined || random() < 0.1 ? null : { ...step, skip: below(4) };
    const process = crashingOutbox(outbox, point);
    const push = create({
      ...{ outbox: process.outbox, store, request: api.request, logger: silentLogger, now, random },
    });
    return { push, isDead: process.isDead };
  };
  try {
    const push = create({ outbox, store, request: api.request, logger: silentLogger, now });
    for (let n = 0; n < creates; n += 1) {
      const { key, email, match } = formOf(n);
      await push("acme", contact(key).create({ firstName: `N${n}`, email }), { match });
    }
    for (let rounds = 0; ; rounds += 1) {
      assert.ok(rounds < 60 * creates, `seed ${seed}: the outbox does not come to rest`);
      const states = ["waiting", "claimed", "sent", "uncertain", "held"] as const;
      const open = await outbox.list({ states, limit: 10_000 });
      if (open.length === 0) break;
      if (random() < 0.4) {
        faults += 1;
        jobber.faults.next(
          random() < 0.6 ? "mutation" : "graphql",
          FAULTS[below(FAULTS.length)] as SimulatedFault,
        );
      }
      const process = startProcess();
      await process.push.drain().catch(() => {});
      if (process.isDead()) crashes += 1;
      // A dead process leaves its lease; otherwise the next intent is waited for.
      const next = Math.min(...open.map(({ dueAt }) => dueAt));
      clock.now = process.isDead() ? clock.now + 15_001 : Math.max(clock.now + 1, next);
    }
    const intents = await outbox.list({ limit: 10_000 });
    const clients = new Map<string, number>();
    for (const { email } of account.all("client"))
      clients.set(email ?? "", (clients.get(email ?? "") ?? 0) + 1);
    for (const [email, count] of clients)
      assert.equal(count, 1, `seed ${seed}: ${email} was created ${count} times`);
    assert.equal(intents.length, creates, `seed ${seed}: intents were lost`);
    for (const { ref, state, reason } of intents) {
      const found = clients.get(formOf(Number(ref?.slice(5))).email) ?? 0;
      assert.ok(state === "done" || state === "check", `seed ${seed}: ${ref} is ${state}`);
      if (state === "done") assert.equal(found, 1, `seed ${seed}: ${ref} is done (${reason})`);
    }
    const done = intents.filter(({ state }) => state === "done").length;
    return { creates, crashes, faults, done, check: creates - done, clients: clients.size };
  } finally {
    await database.close();
    await jobber.close();
  }
}

/**
 * Returns a form. Every fourth is submitted again under another name. Every fourth is created
 * without looking for it first, so that only the intent itself protects it.
 */
function formOf(n: number) {
  const original = n % 4 === 1 ? n - 1 : n;
  const match: readonly ("email" | "phone")[] = n % 4 === 3 ? [] : ["email"];
  return { key: `lead-${n}`, email: `lead-${original}@example.com`, match };
}
