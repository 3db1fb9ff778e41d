import { once } from "node:events";
import { expect, it } from "vitest";
import { callTogether, openShared } from "../support/start-callers.ts";

it("after a process is killed before it stores its tokens, the next one needs reauthorization and asks once", async () => {
  const { jobber, account, tokens, start, connect } = await openShared();
  const [dying, living] = await Promise.all([start(1, true), start(50)]);
  jobber.expireAccessTokens(account);
  dying.send("go");
  const [, signal] = await once(dying, "exit");
  expect(signal).toBe("SIGKILL");
  expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 0 });
  for (let n = 0; n < 3; n++)
    expect(new Set(await callTogether([living]))).toEqual(new Set(["ERR_API_NEEDS_REAUTH"]));
  expect(jobber.counts.oauth).toMatchObject({ refreshes: 1, rejectedRefreshes: 1 });
  expect(await tokens.read("acme")).toMatchObject({ state: "needs_reauth" });
  await connect();
  expect(new Set(await callTogether([living]))).toEqual(new Set(["ok"]));
}, 60_000);
