/** Conditions of an account that tests can change at any time. */
export interface AccountConditions {
  /**
   * Fields (`Query.jobs`, `Job.total`) and types (`Client`) that are hidden from the access token.
   */
  readonly hidden: Set<string>;
  /**
   * Maximum lag of the replicas that serve reads. Each request gets a random lag up to it.
   * Milliseconds.
   *
   * @default 0
   */
  replicaLagMs: number;
  /**
   * Maximum lag of the indexes behind lists and searches. Each request gets a random lag up to it.
   * Reads by id are not affected. Milliseconds.
   *
   * @default 0
   */
  indexLagMs: number;
  /**
   * Number of times a mutation of the app sends the webhook of its change. Public reports
   * disagree; see docs/jobber-facts.md#echo.
   *
   * @default "once"
   */
  echo: "once" | "never" | "twice";
  /** Ids of records that reads do not find although they exist, as with an index that lags. */
  readonly missing: Set<string>;
  /** Whether Jobber has deactivated the account. @default false */
  inactive: boolean;
}
