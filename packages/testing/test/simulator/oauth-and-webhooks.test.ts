import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseEvent, verifySignature } from "@jobber-sync/core";
import type { SimulatedAccount, SimulatorOptions } from "@jobber-sync/testing/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { addJob, openSimulator, requestToken, sendQuery } from "../support/open-simulator.ts";

const ACCOUNT = "{ account { id } }";
const refresh = (refresh_token: string) => ({ grant_type: "refresh_token", refresh_token });

describe("the simulator's OAuth server", () => {
  it("invalidates a used refresh token and returns another", async () => {
    const { jobber, tokens } = await openSimulator();
    const { status, body } = await requestToken(jobber, refresh(tokens.refreshToken));
    expect(status).toBe(200);
    expect(body.refresh_token).not.toBe(tokens.refreshToken);
    expect(body.expires_at).toBe("2026-01-25 11:00:00 UTC");
    expect((await sendQuery(jobber, body.access_token ?? "", ACCOUNT)).body.data).toBeDefined();
    expect(await requestToken(jobber, refresh(tokens.refreshToken))).toMatchObject({
      status: 401,
      body: {
        error: "invalid_grant",
        error_description: "The provided refresh token is not valid.",
      },
    });
    expect(jobber.counts.oauth).toEqual({ refreshes: 1, rejectedRefreshes: 1, exchanges: 0 });
  });

  it("keeps the refresh token valid with a warning when rotation is lenient, and returns the same one when it is off", async () => {
    const lenient = await openSimulator({ rotation: "lenient" });
    for (let n = 0; n < 2; n++) {
      const { body } = await requestToken(lenient.jobber, refresh(lenient.tokens.refreshToken));
      expect(body.warning).toContain("rotation");
    }
    const off = await openSimulator({ rotation: "off" });
    const { body } = await requestToken(off.jobber, refresh(off.tokens.refreshToken));
    expect(body.refresh_token).toBe(off.tokens.refreshToken);
  });

  it("issues access tokens that are JWTs and expire", async () => {
    const { jobber, tokens, clock, account } = await openSimulator();
    const payload = JSON.parse(
      Buffer.from(tokens.accessToken.split(".")[1] ?? "", "base64url").toString(),
    );
    expect(payload).toMatchObject({ exp: (clock.now + 3_600_000) / 1000, app_id: jobber.appId });
    clock.now += 3_600_000;
    expect((await sendQuery(jobber, tokens.accessToken, ACCOUNT)).status).toBe(401);
    const fresh = jobber.connect(account);
    jobber.expireAccessTokens(account);
    expect((await sendQuery(jobber, fresh.accessToken, ACCOUNT)).status).toBe(401);
  });

  it("invalidates every token of a disconnected account and sends APP_DISCONNECT", async () => {
    const { jobber, tokens, account } = await openSimulator();
    jobber.webhooks.subscribe(account.id, "http://127.0.0.1:1/");
    jobber.disconnect(account);
    expect((await sendQuery(jobber, tokens.accessToken, ACCOUNT)).body).toEqual({
      message: "User has disconnected this app from their account. Please delete this token",
    });
    expect((await requestToken(jobber, refresh(tokens.refreshToken))).status).toBe(401);
    expect(jobber.webhooks.waiting).toBe(1);
  });

  it("rejects a wrong client secret and an unknown grant type", async () => {
    const { jobber, tokens } = await openSimulator();
    expect(
      (await requestToken(jobber, { ...refresh(tokens.refreshToken), client_secret: "x" })).body
        .error,
    ).toBe("invalid_client");
    expect((await requestToken(jobber, { grant_type: "password" })).body.error).toBe(
      "unsupported_grant_type",
    );
    expect((await requestToken(jobber, refresh(tokens.refreshToken))).status).toBe(200);
  });
});

/** Starts a server that records the requests it receives and responds with the given statuses. */
async function openReceiver(statusFor: (count: number) => number | "never" = () => 200) {
  const received: { readonly body: Buffer; readonly signature: string }[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    request.on("end", () => {
      received.push({
        body: Buffer.concat(chunks),
        signature: String(request.headers["x-jobber-hmac-sha256"]),
      });
      const status = statusFor(received.length);
      if (status !== "never") response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { received, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

const topics = (received: readonly { readonly body: Buffer }[]): unknown[] =>
  received.map(({ body }) => JSON.parse(body.toString()).data.webHookEvent.topic);

function change(account: SimulatedAccount): void {
  const { job } = addJob(account);
  for (let n = 0; n < 30; n++) account.update("job", job.id, { title: `${n}` });
}

async function sendDisorderly(seed: number) {
  const { jobber, account } = await openSimulator({ seed, webhookRetries: 0 });
  const { received, url } = await openReceiver();
  jobber.webhooks.subscribe(account.id, url);
  Object.assign(jobber.webhooks.disorder, { duplicate: 0.2, repeat: 0.2, drop: 0.1, reorder: 5 });
  change(account);
  await jobber.webhooks.flush(1);
  return { bodies: received.map(({ body }) => body.toString()), dropped: jobber.webhooks.dropped };
}

describe("the simulator's webhooks", () => {
  it("are signed, contain the envelope and arrive in the order of the changes", async () => {
    const { jobber, account } = await openSimulator();
    const { received, url } = await openReceiver();
    jobber.webhooks.subscribe(account.id, url);
    const { job, client } = addJob(account);
    account.closeJob(job.id);
    account.destroy("client", client.id);
    await jobber.webhooks.flush(1);
    expect(topics(received)).toEqual([
      "CLIENT_CREATE",
      "PROPERTY_CREATE",
      "JOB_CREATE",
      "JOB_CLOSED",
      "JOB_DESTROY",
      "PROPERTY_DESTROY",
      "CLIENT_DESTROY",
    ]);
    for (const { body, signature } of received) {
      verifySignature(body, signature, jobber.clientSecret);
      expect(parseEvent(body)).toMatchObject({
        kind: "notification",
        accountId: account.id,
        occurredAt: "2026-01-25T10:00:00Z",
      });
    }
  });

  it.each(["occurredAt", "occuredAt"] as const)(
    "name the time %s as configured",
    async (timeSpelling) => {
      const options: SimulatorOptions = { timeSpelling };
      const { jobber, account } = await openSimulator(options);
      const { received, url } = await openReceiver();
      jobber.webhooks.subscribe(account.id, url);
      account.addClient();
      await jobber.webhooks.flush();
      const { data } = JSON.parse(received[0]?.body.toString() ?? "");
      expect(Object.keys(data.webHookEvent)).toEqual([
        "topic",
        "appId",
        "accountId",
        "itemId",
        timeSpelling,
      ]);
    },
  );

  it("are disordered as configured, in the same way for the same seed", async () => {
    const first = await sendDisorderly(5);
    const second = await sendDisorderly(5);
    expect(second).toEqual(first);
    expect((await sendDisorderly(6)).bodies).not.toEqual(first.bodies);
    expect(first.dropped).toBeGreaterThan(0);
    expect(new Set(first.bodies).size).toBeLessThan(first.bodies.length);
    const times = first.bodies.map((body) => JSON.parse(body).data.webHookEvent.occurredAt);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it("are delayed until a later flush without being lost", async () => {
    const { jobber, account } = await openSimulator();
    const { received, url } = await openReceiver();
    jobber.webhooks.subscribe(account.id, url);
    jobber.webhooks.disorder.delay = 0.5;
    change(account);
    await jobber.webhooks.flush();
    expect(jobber.webhooks.waiting).toBeGreaterThan(0);
    expect(received.length).toBeGreaterThan(0);
    jobber.webhooks.disorder.delay = 0;
    await jobber.webhooks.flush();
    expect(received).toHaveLength(33);
  });

  it("are retried without a 2xx, up to webhookRetries", async () => {
    const { jobber, account } = await openSimulator({ webhookRetries: 2 });
    const { received, url } = await openReceiver((count) =>
      count < 3 ? 503 : count === 3 ? 200 : 500,
    );
    jobber.webhooks.subscribe(account.id, url);
    account.addClient();
    await jobber.webhooks.flush();
    expect(received).toHaveLength(3);
    expect(jobber.webhooks.givenUp).toBe(0);
    account.addClient();
    await jobber.webhooks.flush();
    expect(received).toHaveLength(6);
    expect(jobber.webhooks.givenUp).toBe(1);
  });

  it("time out after webhookTimeoutMs", async () => {
    const { jobber, account } = await openSimulator({ webhookRetries: 0, webhookTimeoutMs: 50 });
    const { url } = await openReceiver(() => "never");
    jobber.webhooks.subscribe(account.id, url);
    account.addClient();
    await jobber.webhooks.flush();
    expect(jobber.webhooks.sent).toMatchObject([{ status: null }]);
    expect(jobber.webhooks.sent[0]?.durationMs).toBeLessThan(900);
  });
});
