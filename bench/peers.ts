import { execFileSync } from "node:child_process";
import { createHmac, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseEvent, prepareSecrets, signPayload, verifySignature } from "@jobber-sync/core";
import { BODY, REQUEST, serveOwn } from "./http.ts";
import { type Median, medianOf } from "./median.ts";
import { type RouteRequest, type ServedRoute, serveRoute } from "./served-route.ts";

const FOLDER = new URL("peers/", import.meta.url);
const SECRET = "3ef22a50072d430ca78fb7646657560b3ef22a50072d430ca78fb7646657560b";
const ROUNDS = 15;
const REQUESTS = 4000;
const CALLS = 5000;

/** The name of this library's row. */
export const OURS = "jobber-sync";
/** The name of the row without a library. */
const BY_HAND = "by hand";

/** CPU time of one library per call and per request of an Express route. Microseconds. */
export interface PeerRow {
  readonly name: string;
  readonly version: string;
  readonly verify: Median;
  readonly express: Median;
}

interface Peer {
  sign(body: string): Pick<RouteRequest, "path" | "headers">;
  verify(body: Buffer, request: Pick<RouteRequest, "path" | "headers">): unknown;
}

/** Measures every library in turns, on the same body. */
export async function peerRows(): Promise<readonly PeerRow[]> {
  const peers = await loadPeers();
  const verify = await measureVerify(peers);
  const express = await measureExpress(peers);
  return [BY_HAND, OURS, ...Object.keys(peers)].map((name) => ({
    name,
    version: versionOf(name),
    verify: medianOf(verify.get(name) ?? []),
    express: medianOf(express.get(name) ?? []),
  }));
}

/** Installs the libraries, which are no dependency of the workspace. */
async function loadPeers(): Promise<Readonly<Record<string, Peer>>> {
  if (!existsSync(new URL("node_modules/", FOLDER)))
    execFileSync("npm", ["ci", "--no-audit", "--no-fund"], { cwd: FOLDER, stdio: "inherit" });
  const module = new URL("peers.mjs", FOLDER).href;
  return ((await import(module)) as { PEERS: Readonly<Record<string, Peer>> }).PEERS;
}

async function measureVerify(
  peers: Readonly<Record<string, Peer>>,
): Promise<ReadonlyMap<string, number[]>> {
  const body = Buffer.from(BODY);
  const header = signPayload(BODY, SECRET);
  const secrets = prepareSecrets(SECRET);
  const sides: [name: string, call: () => unknown][] = [
    [BY_HAND, () => verifyByHand(body, header)],
    [OURS, () => verifySignature(body, header, secrets) && parseEvent(body)],
    ...Object.entries(peers).map(([name, peer]): [string, () => unknown] => {
      const request = peer.sign(BODY);
      return [name, () => peer.verify(body, request)];
    }),
  ];
  const times = new Map(sides.map(([name]): [string, number[]] => [name, []]));
  // The first round compiles.
  for (let round = -1; round < ROUNDS; round += 1) {
    for (const [name, call] of round % 2 === 0 ? sides : sides.toReversed()) {
      const before = process.cpuUsage();
      for (let index = 0; index < CALLS; index += 1)
        if (!(await call())) throw new Error(`${name} rejected its own signature`);
      const { user, system } = process.cpuUsage(before);
      if (round >= 0) times.get(name)?.push((user + system) / CALLS);
    }
  }
  return times;
}

function verifyByHand(body: Buffer, header: string): unknown {
  const expected = createHmac("sha256", SECRET).update(body).digest();
  const claimed = Buffer.from(header, "base64");
  if (claimed.length !== expected.length || !timingSafeEqual(claimed, expected)) return null;
  return JSON.parse(body.toString("utf8"));
}

async function measureExpress(
  peers: Readonly<Record<string, Peer>>,
): Promise<ReadonlyMap<string, number[]>> {
  const script = fileURLToPath(new URL("http-server.mjs", FOLDER));
  const own = async (name: string, kind: string) =>
    [name, await serveOwn(kind), () => REQUEST] as const;
  const routes: (readonly [name: string, ServedRoute, request: () => RouteRequest])[] = [
    await own(BY_HAND, "express-by-hand"),
    await own(OURS, "express"),
  ];
  try {
    // Signed anew for each round, because some signatures expire.
    for (const [name, peer] of Object.entries(peers))
      routes.push([
        name,
        await serveRoute(script, name, {}),
        () => ({ ...peer.sign(BODY), body: BODY }),
      ]);
    const times = new Map(routes.map(([name]): [string, number[]] => [name, []]));
    for (let round = -2; round < ROUNDS; round += 1) {
      for (const [name, route, request] of round % 2 === 0 ? routes : routes.toReversed()) {
        const micros = await route.cpuPerRequest(request(), REQUESTS);
        if (round >= 0) times.get(name)?.push(micros);
      }
    }
    return times;
  } finally {
    for (const [, route] of routes) route.stop();
  }
}

function versionOf(name: string): string {
  if (name === BY_HAND) return `Node.js ${process.version.slice(1)}`;
  if (name === OURS) return "this repository";
  const manifest = new URL(`node_modules/${name}/package.json`, FOLDER);
  return (JSON.parse(readFileSync(manifest, "utf8")) as { version: string }).version;
}
