import { expect } from "vitest";
import { callTogether, openShared } from "./start-callers.ts";

/** Lets the access token of a tenant end while 4 processes × 50 callers need it, so many times. */
export async function refreshTogether(rounds: number): Promise<void> {
  const { jobber, account, tokens, start } = await openShared();
  const children = await Promise.all(Array.from({ length: 4 }, () => start(50)));
  for (let round = 1; round <= rounds; round++) {
    jobber.expireAccessTokens(account);
    const results = await callTogether(children);
    expect(results).toHaveLength(200);
    expect(new Set(results)).toEqual(new Set(["ok"]));
    expect(jobber.counts.oauth).toMatchObject({ refreshes: round, rejectedRefreshes: 0 });
    expect(await tokens.read("acme")).toMatchObject({ state: "connected" });
  }
}
