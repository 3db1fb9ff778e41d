import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import autocannon from "autocannon";

/** A request that a route accepts. */
export interface RouteRequest {
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** A route in a process of its own. */
export interface ServedRoute {
  /** Sends requests and returns the CPU time of the server's process per request. Microseconds. */
  cpuPerRequest(request: RouteRequest, amount: number): Promise<number>;
  stop(): void;
}

/** Starts a script that sends its port, and its CPU time in reply to every message. */
export async function serveRoute(
  script: string,
  name: string,
  env: NodeJS.ProcessEnv,
): Promise<ServedRoute> {
  const child = fork(script, [name], { env: { ...process.env, ...env, NODE_ENV: "production" } });
  const { port } = (await response(child)) as { port: number };
  const cpu = async () => {
    child.send("cpu");
    return ((await response(child)) as { cpuMicros: number }).cpuMicros;
  };
  return {
    async cpuPerRequest({ path, headers, body }, amount) {
      const before = await cpu();
      const result = await autocannon({
        url: `http://127.0.0.1:${port}${path}`,
        method: "POST",
        headers,
        body,
        connections: 16,
        amount,
      });
      if (result["2xx"] !== amount)
        throw new Error(`${name}: ${result["2xx"]} of ${amount} requests got a 2xx`);
      return ((await cpu()) - before) / amount;
    },
    stop: () => void child.kill(),
  };
}

async function response(child: ChildProcess): Promise<unknown> {
  const [message] = await once(child, "message");
  return message;
}
