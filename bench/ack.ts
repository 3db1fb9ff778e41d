import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { signPayload } from "@jobber-sync/core";
import type { Figure } from "./figure.ts";
import { type SignedRequest, sendEvenly } from "./send-evenly.ts";

const SECRET = "3ef22a50072d430ca78fb7646657560b3ef22a50072d430ca78fb7646657560b";
const TARGET_MS = 50;
const PER_SECOND = 500;
const SECONDS = 20;
const WARM_UP_SECONDS = 5;
const OBJECTS = 200;

/**
 * Measures the response time of each example, including its worker, at 500 signed deliveries per
 * second. These are absolute figures, because there is nothing to compare with: measure on an
 * otherwise idle machine.
 */
export async function* ackTimes(): AsyncGenerator<Figure> {
  for (const example of ["express-sqlite", "fastify-sqlite", "fastify-postgres"]) {
    const folder = mkdtempSync(join(tmpdir(), "jobber-sync-ack-"));
    try {
      yield await ackTime(example, folder);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
}

async function ackTime(example: string, folder: string): Promise<Figure> {
  const tenants = join(folder, "tenants.json");
  writeFileSync(tenants, JSON.stringify([{ slug: "acme", secrets: SECRET }]));
  const script = fileURLToPath(new URL(`../examples/${example}/src/start.ts`, import.meta.url));
  const server = spawn(process.execPath, ["--conditions=jobber-sync-source", script], {
    stdio: ["ignore", "pipe", "inherit"],
    env: {
      ...process.env,
      DATABASE_URL: "",
      PORT: "0",
      JOBBER_TENANTS: tenants,
      JOBBER_SYNC_DB: join(folder, "jobber.db"),
      JOBBER_SYNC_PGDATA: join(folder, "pg"),
    },
  });
  const ended = once(server, "exit");
  try {
    const url = await urlOf(server);
    const requests = signedRequests();
    const to = { url: `${url}/webhooks/jobber/acme`, requests, perSecond: PER_SECOND };
    // The first requests load and compile code.
    await sendEvenly({ ...to, seconds: WARM_UP_SECONDS });
    const { times, rejected } = await sendEvenly({ ...to, seconds: SECONDS });
    const at = (share: number) =>
      times[Math.floor((times.length - 1) * share)] ?? Number.POSITIVE_INFINITY;
    if (rejected > 0) throw new Error(`${example} rejected ${rejected} deliveries`);
    return {
      name: `response of ${example} with its worker, ${PER_SECOND} deliveries/s, p99 (p50–max)`,
      against: "Jobber's limit of a second",
      target: TARGET_MS,
      bound: "at most",
      unit: "ms",
      value: at(0.99),
      least: at(0.5),
      most: at(1),
    };
  } finally {
    server.kill("SIGTERM");
    await ended;
  }
}

function signedRequests(): readonly SignedRequest[] {
  return Array.from({ length: OBJECTS }, (_, index) => {
    const client = { id: `c${index}`, name: "John Doe" };
    const data = { id: String(index), title: "Lawn Service", status: "scheduled", client };
    const body = JSON.stringify({ event: "job.updated", data });
    const headers = {
      "content-type": "application/json",
      "x-jobber-hmac-sha256": signPayload(body, SECRET),
    };
    return { headers, body };
  });
}

function urlOf(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let output = "";
    server.stdout?.on("data", (chunk) => {
      output += chunk;
      const url = /listening on (http:\/\/[\d.]+:\d+)/.exec(output)?.[1];
      if (url !== undefined) resolve(url);
    });
    server.once("exit", () => reject(new Error(`the example ended before it listened: ${output}`)));
  });
}
