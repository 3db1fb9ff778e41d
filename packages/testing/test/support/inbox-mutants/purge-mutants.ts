import { DAY_MS, type Mutant } from "./mutant.ts";

/** What goes wrong in erasing and deleting. */
export const PURGE_MUTANTS: Readonly<Record<string, Mutant>> = {
  "a purge goes by its own ages": {
    rules: [
      "erases the bodies of finished deliveries and deletes failed ones when they are old enough",
    ],
    defect: (inbox) => ({ purge: ({ now = Date.now() } = {}) => inbox.purge({ now }) }),
  },
  "a purge counts from the arrival": {
    rules: ["counts the age from the end of the work, and keeps what ended for 30 days"],
    defect: (inbox) => ({
      async purge({ now = Date.now(), ...options } = {}) {
        const rows = await inbox.list({});
        const old = rows.some(({ receivedAt }) => receivedAt < now - 30 * DAY_MS);
        return inbox.purge({ ...options, now: old ? now + 30 * DAY_MS : now });
      },
    }),
  },
  "what is to be kept for ever is purged at once": {
    rules: ["keeps for ever what is to be kept for Infinity"],
    defect: (inbox) => ({
      purge: ({ bodiesAfterMs = 30 * DAY_MS, failedAfterMs = 30 * DAY_MS, ...options } = {}) =>
        inbox.purge({
          ...options,
          bodiesAfterMs: Number.isFinite(bodiesAfterMs) ? bodiesAfterMs : 0,
          failedAfterMs: Number.isFinite(failedAfterMs) ? failedAfterMs : 0,
        }),
    }),
  },
  "what is quarantined is kept for ever": {
    rules: ["counts the age of what was quarantined at its arrival from there"],
    defect: (inbox) => ({
      purge: async (options) => ({ ...(await inbox.purge(options)), deliveries: 0 }),
    }),
  },
  "a purge takes what is paused": {
    rules: ["leaves alone what may still run, however old it is"],
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
  "a purge that is told to end fails": {
    rules: ["does nothing when it is told to end before it begins, and leaves all to the next one"],
    defect: (inbox) => ({
      async purge(options) {
        options?.signal?.throwIfAborted();
        return inbox.purge(options);
      },
    }),
  },
  "a purge does not hear that it is to end": {
    rules: ["does nothing when it is told to end before it begins, and leaves all to the next one"],
    defect: (inbox) => ({
      purge: ({ signal: _, ...options } = {}) => inbox.purge(options),
    }),
  },
  "done deliveries stay": {
    rules: ["deletes done deliveries after 90 days, and forgets their keys"],
    defect: (inbox) => ({
      purge: (options) => inbox.purge({ ...options, doneAfterMs: Number.POSITIVE_INFINITY }),
    }),
  },
};
