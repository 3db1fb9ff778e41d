import type { AccountTables, AsApp, SimulatedAccount, SimulatedKind } from "./account.ts";

/** The reading side of an account's tables. */
export type ReadableTables = {
  readonly [K in SimulatedKind]: Pick<AccountTables[K], "read" | "list">;
};

/** The view of an account that one request reads. */
export interface ReadView {
  readonly account: SimulatedAccount;
  /** The records that reads find. */
  readonly tables: ReadableTables;
  /** The time that the replica has reached. Milliseconds since 1970. */
  readonly at: number;
  /** The time that the indexes behind lists and searches have reached. */
  readonly indexAt: number;
  /** Jobber's clock. Milliseconds since 1970. */
  readonly now: number;
  readonly asApp: AsApp;
}

/** Resolves one field. */
// biome-ignore lint/suspicious/noExplicitAny: one table holds the resolvers of every type; each names its own arguments
export type Resolver = (source: never, args: any, view: ReadView) => unknown;
