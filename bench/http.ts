import { fileURLToPath } from "node:url";
import { signPayload } from "@jobber-sync/core";
import { summary } from "./compare.ts";
import type { Figure } from "./figure.ts";
import { type RouteRequest, type ServedRoute, serveRoute } from "./served-route.ts";

const SECRET = "3ef22a50072d430ca78fb7646657560b3ef22a50072d430ca78fb7646657560b";
const ROUNDS = 15;
const REQUESTS = 5000;

/** Jobber's notification, 250 bytes. */
export const BODY = JSON.stringify({
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

/** The request that this library's routes and the hand-written ones accept. */
export const REQUEST: RouteRequest = {
  path: "/webhooks/jobber/acme",
  headers: {
    "content-type": "application/json",
    "x-jobber-hmac-sha256": signPayload(BODY, SECRET),
  },
  body: BODY,
};

/** Starts a route of `http-server.ts`. */
export function serveOwn(kind: string): Promise<ServedRoute> {
  const script = fileURLToPath(new URL("http-server.ts", import.meta.url));
  return serveRoute(script, kind, { SECRET });
}

/**
 * Measures the routes by the CPU time of the server's process per request. Both servers run and are
 * loaded in turns.
 */
export async function httpRows(): Promise<readonly Figure[]> {
  return [
    await row("express", 0.95, "Express", "bare express.raw route, HMAC + JSON.parse by hand"),
    await row("fastify", 0.9, "Fastify", "bare Fastify route doing the same"),
  ];
}

async function row(kind: string, target: number, name: string, against: string): Promise<Figure> {
  const ours = await serveOwn(kind);
  const theirs = await serveOwn(`${kind}-by-hand`);
  const measure = (route: ServedRoute) => route.cpuPerRequest(REQUEST, REQUESTS);
  try {
    for (const route of [ours, theirs, ours, theirs]) await measure(route);
    const ratios: number[] = [];
    for (let round = 0; round < ROUNDS; round += 1) {
      const [first, second] = round % 2 === 0 ? [ours, theirs] : [theirs, ours];
      const a = await measure(first);
      const b = await measure(second);
      ratios.push(first === ours ? b / a : a / b);
    }
    const route = `${name} route, inbox that keeps nothing (CPU per request)`;
    return summary({ name: route, against, target }, ratios);
  } finally {
    ours.stop();
    theirs.stop();
  }
}
