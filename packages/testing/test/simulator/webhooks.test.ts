import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { parseEvent, verifySignature } from "@jobber-sync/core";
import type { SimulatedAccount, SimulatorOptions } from "@jobber-sync/testing/simulator";
import { describe, expect, it, onTestFinished } from "vitest";
import { addJob, openSimulator } from "../support/open-simulator.ts";

/** A receiver that keeps what it is sent, and answers as it is told. */
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

describe("the simulated webhooks", () => {
  it("are signed, carry the envelope, and tell what happened in order", async () => {
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
    "spell the time %s when told to",
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

  it("go astray as told, and the same way for the same seed", async () => {
    const first = await sendDisorderly(5);
    const second = await sendDisorderly(5);
    expect(second).toEqual(first);
    expect((await sendDisorderly(6)).bodies).not.toEqual(first.bodies);
    expect(first.dropped).toBeGreaterThan(0);
    expect(new Set(first.bodies).size).toBeLessThan(first.bodies.length);
    const times = first.bodies.map((body) => JSON.parse(body).data.webHookEvent.occurredAt);
    expect(new Set(times).size).toBeGreaterThan(1);
  });

  it("are held back until a later time, and none is lost by it", async () => {
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

  it("are sent again without a 2xx, and given up in the end", async () => {
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

  it("do not wait for an answer longer than Jobber does", async () => {
    const { jobber, account } = await openSimulator({ webhookRetries: 0, webhookTimeoutMs: 50 });
    const { url } = await openReceiver(() => "never");
    jobber.webhooks.subscribe(account.id, url);
    account.addClient();
    await jobber.webhooks.flush();
    expect(jobber.webhooks.sent).toMatchObject([{ status: null }]);
    expect(jobber.webhooks.sent[0]?.durationMs).toBeLessThan(900);
  });
});
