import { expect } from "vitest";
import { callTogether, openShared } from "./start-callers.ts";

/** Numbers of processes and callers that refresh the same tokens, and of rounds. */
export interface RefreshTogetherOptions {
  readonly rounds: number;
  readonly processes: number;
  readonly callers: number;
}

/** Expires the access token while all callers of all processes use it, `rounds` times. */
export async function refreshTogether(options: RefreshTogetherOptions): Promise<void> {
  const { rounds, processes, callers } = options;
  const { jobber, account, tokens, start } = await openShared();
  const children = await Promise.all(Array.from({ length: processes }, () => start(callers)));
  for (let round = 1; round <= rounds; round++) {
    jobber.expireAccessTokens(account);
    const results = await callTogether(children);
    expect(results).toHaveLength(processes * callers);
    expect(new Set(results)).toEqual(new Set(["ok"]));
    expect(jobber.counts.oauth).toMatchObject({ refreshes: round, rejectedRefreshes: 0 });
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  }
}
