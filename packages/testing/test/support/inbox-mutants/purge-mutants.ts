import { DAY_MS, type Mutant } from "./mutant.ts";

/** Defects in `purge`. */
export const PURGE_MUTANTS: Readonly<Record<string, Mutant>> = {
  "a purge ignores its options": {
    rules: ["purge erases old bodies of finished deliveries and deletes old failed ones"],
    defect: (inbox) => ({ purge: ({ now = Date.now() } = {}) => inbox.purge({ now }) }),
  },
  "a purge measures age from arrival": {
    rules: ["purge measures age from the settlement, and keeps rows for 30 days by default"],
    defect: (inbox) => ({
      async purge({ now = Date.now(), ...options } = {}) {
        const rows = await inbox.list({});
        const old = rows.some(({ receivedAt }) => receivedAt < now - 30 * DAY_MS);
        return inbox.purge({ ...options, now: old ? now + 30 * DAY_MS : now });
      },
    }),
  },
  "Infinity purges at once": {
    rules: ["purge never purges what has a retention of Infinity"],
    defect: (inbox) => ({
      purge: ({ bodiesAfterMs = 30 * DAY_MS, failedAfterMs = 30 * DAY_MS, ...options } = {}) =>
        inbox.purge({
          ...options,
          bodiesAfterMs: Number.isFinite(bodiesAfterMs) ? bodiesAfterMs : 0,
          failedAfterMs: Number.isFinite(failedAfterMs) ? failedAfterMs : 0,
        }),
    }),
  },
  "quarantined rows are never purged": {
    rules: ["purge measures the age of a delivery quarantined on arrival from its arrival"],
    defect: (inbox) => ({
      purge: async (options) => ({ ...(await inbox.purge(options)), deliveries: 0 }),
    }),
  },
  "a purge deletes paused rows": {
    rules: ["purge keeps rows that can still be processed, whatever their age"],
    defect: (inbox) => {
      let purged = false;
      return {
        async purge(options) {
          purged = true;
          return inbox.purge(options);
        },
        list: async (filter) =>
          (await inbox.list(filter)).filter(({ state }) => !(purged && state === "paused")),
      };
    },
  },
  "an aborted purge throws": {
    rules: ["purge does nothing with an aborted signal, and the next purge does everything"],
    defect: (inbox) => ({
      async purge(options) {
        options?.signal?.throwIfAborted();
        return inbox.purge(options);
      },
    }),
  },
  "a purge ignores its signal": {
    rules: ["purge does nothing with an aborted signal, and the next purge does everything"],
    defect: (inbox) => ({
      purge: ({ signal: _, ...options } = {}) => inbox.purge(options),
    }),
  },
  "done deliveries stay": {
    rules: ["purge deletes done deliveries after 90 days, and their keys"],
    defect: (inbox) => ({
      purge: (options) => inbox.purge({ ...options, doneAfterMs: Number.POSITIVE_INFINITY }),
    }),
  },
};
