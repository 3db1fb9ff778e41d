import {
  createReconciler,
  type JobberApiOptions,
  type ReconcilerHooks,
  type ReconcilerOptions,
} from "@jobber-sync/api";
import { createMemoryCursorStore, createMemoryStore, type SyncReader } from "@jobber-sync/core";
import type { SyncStore } from "@jobber-sync/core/ports";
import type { SimulatedAccount, SimulatorOptions } from "@jobber-sync/testing/simulator";
import { openApi } from "./open-api.ts";

/** Options for {@link openReconciler}. */
export interface OpenReconcilerOptions {
  readonly api?: Partial<JobberApiOptions>;
  readonly jobber?: SimulatorOptions;
  readonly reconciler?: Partial<ReconcilerOptions>;
}

/** Opens a simulated Jobber, an API and a reconciler with memory stores on one fake clock. */
export async function openReconciler(options: OpenReconcilerOptions = {}) {
  const opened = await openApi(options);
  const { clock } = opened;
  const store = createMemoryStore();
  const cursors = createMemoryCursorStore();
  const waits: number[] = [];
  const events: [string, unknown][] = [];
  const hooks: ReconcilerHooks = {
    unreadable: (event) => void events.push(["unreadable", event]),
    refused: (event) => void events.push(["refused", event]),
    silent: (event) => void events.push(["silent", event]),
  };
  /** Creates another reconciler on the same stores, as in another process. */
  const another = (overrides: Partial<ReconcilerOptions> = {}) =>
    createReconciler({
      api: opened.api,
      store,
      cursors,
      hooks,
      now: () => clock.now,
      sleep: async (ms) => {
        waits.push(ms);
        clock.now += ms;
      },
      ...options.reconciler,
      ...overrides,
    });
  const reconciler = another();
  const { reconcile } = reconciler;
  return { ...opened, store, cursors, waits, events, another, reconciler, reconcile };
}

/** Lists the differences between the stored records that are not deleted, and Jobber's. */
export async function differences(
  store: SyncStore & SyncReader,
  { account }: { readonly account: SimulatedAccount },
): Promise<string[]> {
  const limit = { limit: 100_000 };
  const jobs = (await store.jobs("acme", limit)).filter(({ deletedAt }) => deletedAt === null);
  const contacts = (await store.contacts("acme", limit)).filter(
    ({ deletedAt }) => deletedAt === null,
  );
  const stored = new Set([
    ...jobs.map(
      ({ jobberJobId, title, sourceUpdatedAt }) => `${jobberJobId} ${title} ${sourceUpdatedAt}`,
    ),
    ...contacts.map(
      ({ jobberClientId, email, sourceUpdatedAt }) =>
        `${jobberClientId} ${email} ${sourceUpdatedAt}`,
    ),
  ]);
  const there = new Set([
    ...account.all("job").map(({ id, title, updatedAt }) => `${id} ${title} ${updatedAt}`),
    ...account.all("client").map(({ id, email, updatedAt }) => `${id} ${email} ${updatedAt}`),
  ]);
  return [
    ...[...stored].filter((row) => !there.has(row)).map((row) => `only stored: ${row}`),
    ...[...there].filter((row) => !stored.has(row)).map((row) => `only in Jobber: ${row}`),
  ];
}
