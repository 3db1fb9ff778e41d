import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { signPayload } from "@jobber-sync/core";
import autocannon from "autocannon";
import { type Ratio, summary } from "./compare.ts";

const SECRET = "3ef22a50072d430ca78fb7646657560b3ef22a50072d430ca78fb7646657560b";
const ROUNDS = 9;
const REQUESTS = 6000;
const BODY = JSON.stringify({
  data: {
    webHookEvent: {
      topic: "CLIENT_CREATE",
      appId: "3ef22a50-072d-430c-a78f-b7646657560b",
      accountId: "Z2lkOi8vSm9iYmVyL0FjY291bnQvMjQ4NjkzNA==",
      itemId: "Z2lkOi8vSm9iYmVyL0NsaWVudC8xNDUxODkzMjY=",
      occurredAt: "2026-07-02T09:08:19Z",
    },
  },
});

/**
 * Measures the routes by the CPU time of the server's process per request. Both servers run and are
 * loaded in turns.
 */
export async function httpRows(): Promise<readonly Ratio[]> {
  return [
    await row(
      "fastify",
      "Fastify route, memory inbox",
      "bare Fastify route doing HMAC + JSON.parse by hand",
    ),
    await row("express", "Express route, memory inbox", "bare express.raw route doing the same"),
  ];
}

async function row(kind: string, name: string, against: string): Promise<Ratio> {
  const ours = await start(kind);
  const theirs = await start(`${kind}-by-hand`);
  try {
    await ours.cpuPerRequest();
    await theirs.cpuPerRequest();
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [first, second] = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
      const a = await first.cpuPerRequest();
      const b = await second.cpuPerRequest();
      ratios.push(first === ours ? b / a : a / b);
    }
    return summary({ name: `${name} (CPU per request)`, against, target: 1 }, ratios);
  } finally {
    ours.stop();
    theirs.stop();
  }
}

async function start(kind: string): Promise<{ cpuPerRequest(): Promise<number>; stop(): void }> {
  const script = fileURLToPath(new URL("http-server.ts", import.meta.url));
  const child = fork(script, [kind], { env: { ...process.env, SECRET, NODE_ENV: "production" } });
  const { port } = (await response(child)) as { port: number };
  const cpu = async () => {
    child.send("cpu");
    return ((await response(child)) as { cpuMicros: number }).cpuMicros;
  };
  return {
    async cpuPerRequest() {
      const before = await cpu();
      const result = await autocannon({
        url: `http://127.0.0.1:${port}/webhooks/jobber/acme`,
        method: "POST",
        headers: {
          "content-type": "application/json",
          "x-jobber-hmac-sha256": signPayload(BODY, SECRET),
        },
        body: BODY,
        connections: 16,
        amount: REQUESTS,
      });
      if (result["2xx"] !== REQUESTS)
        throw new Error(`${kind}: ${result["2xx"]} of ${REQUESTS} requests got a 2xx`);
      return ((await cpu()) - before) / REQUESTS;
    },
    stop: () => void child.kill(),
  };
}

async function response(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, "message");
  return message;
}
