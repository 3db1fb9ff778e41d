import { createReconciler } from "@jobber-sync/api";
import {
  createMemoryCursorStore,
  createMemoryInbox,
  createMemoryStore,
  createReceiver,
  createWorker,
} from "@jobber-sync/core";
import { silentLogger } from "@jobber-sync/testing";
import { busyAccount } from "./busy-account.ts";
import { findDifferences } from "./find-differences.ts";
import { grantOf, openApi } from "./open-api.ts";
import { serveExpress } from "./serve.ts";

/** The result of all runs. */
export interface DroppedReport {
  readonly runs: number;
  readonly sent: number;
  readonly dropped: number;
  /** Fields that differed after an incremental cycle, by why it cannot see them. */
  readonly incremental: Readonly<Record<string, number>>;
  /** Fields that differed after an incremental cycle for no known reason. */
  readonly unexplained: readonly string[];
  /** Fields that differed after the full sweep. */
  readonly swept: readonly string[];
}

const MUTATIONS = 25;
const OBJECTS = 20;
const ADDRESS = /\.(?:street|city|state|postalCode|country) is /;

/**
 * Changes an account per run while a share of its webhooks is lost: none in the first run, all in
 * the last. Compares the records after an incremental reconcile, and after a full sweep.
 */
export async function runDroppedWebhooks(runs: number): Promise<DroppedReport> {
  const { api, clock, jobber } = await openApi({ jobber: { accessTokenMs: 1e12 } });
  const { webhooks } = jobber;
  const now = () => clock.now;
  const store = createMemoryStore();
  const cursors = createMemoryCursorStore();
  const inbox = createMemoryInbox({ nextSequence: () => store.nextSequence(), now });
  const tenants = { resolve: (slug: string) => ({ slug, secrets: jobber.clientSecret }) };
  const shared = { tenants, now, logger: silentLogger };
  const served = await serveExpress(createReceiver({ ...shared, inbox }));
  const worker = createWorker({ ...shared, inbox, store, source: api, fetchesPerSecond: 10_000 });
  const { reconcile } = createReconciler({
    api,
    store,
    cursors,
    maxMissing: 1,
    logger: silentLogger,
    now,
    sleep: async (ms) => {
      clock.now += ms;
    },
  });
  const incremental: Record<string, number> = {};
  const unexplained: string[] = [];
  const swept: string[] = [];
  for (let run = 0; run < runs; run++) {
    const tenant = `t${run}`;
    const account = jobber.addAccount(tenant);
    await api.connect(tenant, grantOf(jobber, account, clock.now));
    const mutate = busyAccount(account, OBJECTS, run + 1);
    await reconcile(tenant);
    // An incremental cycle reads ten minutes more than it needs; these records are older.
    clock.now += 60 * 60_000;
    await reconcile(tenant);
    webhooks.subscribe(account.id, `${served.url}/webhooks/jobber/${tenant}`);
    webhooks.disorder.drop = runs === 1 ? 1 : run / (runs - 1);
    clock.now += 60_000;
    for (let n = 0; n < MUTATIONS; n++) {
      mutate();
      if (n % 3 === 0) clock.now += 1700;
    }
    await webhooks.flush();
    // The debounce, and the later looks.
    for (const ms of [0, 5_000, 20_000, 70_000, 120_000]) {
      clock.now += ms;
      await worker.drain();
    }
    clock.now += 15 * 60_000;
    await reconcile(tenant);
    for (const difference of await findDifferences(store, account, tenant)) {
      const cause = causeOf(difference);
      if (cause === null) unexplained.push(`run ${run}: ${difference}`);
      else incremental[cause] = (incremental[cause] ?? 0) + 1;
    }
    clock.now += 15 * 60_000;
    await reconcile(tenant, { full: true });
    const left = await findDifferences(store, account, tenant);
    swept.push(...left.map((difference) => `run ${run}: ${difference}`));
    webhooks.subscribe(account.id, null);
  }
  await served.close();
  const { dropped, sent } = webhooks;
  return { runs, sent: sent.length, dropped, incremental, unexplained, swept };
}

/** Why an incremental cycle does not see a difference; `null` when it should have. */
function causeOf(difference: string): string | null {
  if (difference.endsWith("is not deleted")) return "a delete: lists show what exists";
  if (ADDRESS.test(difference)) return "an address: properties have no updatedAt";
  return null;
}
