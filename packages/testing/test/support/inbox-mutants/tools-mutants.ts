import { changedRows, changedSettle, type Mutant } from "./mutant.ts";

/** Defects in `list`, `replay` and `resume`. */
export const TOOLS_MUTANTS: Readonly<Record<string, Mutant>> = {
  "list ignores its limit": {
    rules: [
      "list filters by tenant, state, topic and sequence, oldest first, up to a limit",
      "list returns at most 100 rows by default",
    ],
    defect: (inbox) => ({ list: (filter) => inbox.list({ ...filter, limit: 10_000 }) }),
  },
  "list pages from the oldest although the newest are wanted": {
    rules: ["list pages between two sequences, newest first if requested"],
    defect: (inbox) => ({
      list: ({ newestFirst = false, ...filter }) =>
        inbox.list(filter).then((rows) => (newestFirst ? rows.toReversed() : rows)),
    }),
  },
  "a limit must be finite": {
    rules: ["every limit accepts Infinity"],
    defect: (inbox) => ({
      async list(filter) {
        if (filter.limit === Number.POSITIVE_INFINITY)
          throw new RangeError("a limit must be finite");
        return inbox.list(filter);
      },
    }),
  },
  "replay includes dead letters by default": {
    rules: ["replay covers quarantined and unresolved deliveries, and dead ones if requested"],
    defect: (inbox) => ({
      replay: (filter, options) =>
        inbox.replay({ states: ["quarantined", "unresolved", "dead"], ...filter }, options),
    }),
  },
  "replay stops at the limit of list": {
    rules: ["replay covers all rows, or at most `limit`"],
    defect: (inbox) => ({
      replay: (filter, options) => inbox.replay({ limit: 100, ...filter }, options),
    }),
  },
  "replay clears every reason": {
    rules: ["replay keeps the reason of quarantined rows and clears that of others"],
    defect: (inbox) => changedRows(inbox, (row) => ({ ...row, reason: null })),
  },
  "replay keeps the row's age": {
    rules: ["replay restarts a row's age and keeps its time of arrival"],
    defect: (inbox) => changedRows(inbox, (row) => ({ ...row, startedAt: row.receivedAt })),
  },
  "a replay changes nothing": {
    rules: ["replay wakes the objects it replays"],
    defect: (inbox) => ({
      replay: async (filter) => (await inbox.list(filter)).length,
    }),
  },
  "a pause counts": {
    rules: ["resume releases the paused deliveries of one tenant and records the pause"],
    defect: (inbox) => changedRows(inbox, (row) => ({ ...row, pausedMs: 0 })),
  },
  "a resume changes nothing": {
    rules: ["resume wakes the objects it resumes"],
    defect: (inbox) => ({
      resume: async (tenant) => (await inbox.list({ tenant, states: ["paused"] })).length,
    }),
  },
  "resume skips claimed rows": {
    rules: ["resume covers claimed rows that are settled as paused afterwards"],
    defect: (inbox) => ({
      settle: (claim, settlements) =>
        inbox.settle({ ...claim, claimedAt: Number.POSITIVE_INFINITY }, settlements),
    }),
  },
  "an old resume releases later pauses": {
    rules: ["a resume of another tenant, or before the claim, does not release a paused row"],
    defect: (inbox) => ({
      settle: (claim, settlements) => inbox.settle({ ...claim, claimedAt: 0 }, settlements),
    }),
  },
  "paused rows are claimed": {
    rules: ["a paused delivery is never claimed"],
    defect: (inbox) =>
      changedSettle(inbox, (one) =>
        one.state === "paused"
          ? { ...one, state: "waiting", dueAt: Date.now(), retries: 0, recheckSince: null }
          : one,
      ),
  },
  "objects and times are not filtered": {
    rules: ["list filters by object and by time of arrival"],
    defect: (inbox) => ({
      list: ({
        objectType: _type,
        objectId: _id,
        receivedFrom: _from,
        receivedBefore: _,
        ...rest
      }) => inbox.list(rest),
    }),
  },
  "stats mix tenants": {
    rules: ["stats counts deliveries by tenant and state and returns the oldest age"],
    defect: (inbox) => ({
      stats: async (options) =>
        (await inbox.stats(options)).map((row) => ({ ...row, tenant: "acme" })),
    }),
  },
  "ages are differences": {
    rules: ["stats returns no negative age for a delivery from the future"],
    defect: (inbox) => ({
      async stats({ now = Date.now() } = {}) {
        const [oldest] = await inbox.list({ limit: 1 });
        const oldestAgeMs = now - (oldest?.receivedAt ?? 0);
        return (await inbox.stats({ now })).map((row) => ({ ...row, oldestAgeMs }));
      },
    }),
  },
  "a discard deletes waiting deliveries by default": {
    rules: ["discard deletes failed deliveries, and waiting or paused ones if requested"],
    defect: (inbox) => ({
      discard: (filter) =>
        inbox.discard({ states: ["quarantined", "unresolved", "dead", "waiting"], ...filter }),
    }),
  },
};
