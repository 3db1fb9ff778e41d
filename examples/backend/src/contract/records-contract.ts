import { connect } from "node:net";
import { networkInterfaces } from "node:os";
import { join } from "node:path";
import { signedRequest } from "@jobber-sync/testing";
import { describe, expect, test } from "vitest";
import { SAMPLE_PAYLOAD } from "../sample-payload.ts";
import { startExampleProcess } from "./example-process.ts";
import { type ExampleUnderTest, SECRET, SLOW_MS } from "./example-under-test.ts";

const address = Object.values(networkInterfaces())
  .flat()
  .find((one) => one?.family === "IPv4" && !one.internal)?.address;

/** Who may see what. */
export function recordsContract({ start, server, settings, folder }: ExampleUnderTest): void {
  test("the health check answers", async () => {
    expect((await fetch(`${server().url}/healthz`)).status).toBe(200);
  });

  describe("records", () => {
    test("are of three kinds", async () => {
      expect((await fetch(`${server().url}/records/acme/secrets`)).status).toBe(404);
      expect(await (await fetch(`${server().url}/records/nobody/jobs`)).json()).toEqual([]);
    });

    test("are not shown to a request that a proxy or tunnel passed on", async () => {
      const headers = { "x-forwarded-for": "203.0.113.7" };
      expect((await fetch(`${server().url}/records/acme/jobs`, { headers })).status).toBe(403);
    });

    test("are not shown under a name that is not this machine's", async () => {
      expect(await statusLine(server().url, "/records/acme/jobs", "rebound.example.com")).toContain(
        " 403 ",
      );
      expect(await statusLine(server().url, "/records/acme/jobs", "localhost:3000")).toContain(
        " 200 ",
      );
    });

    // A machine that has no other address than loopback has nobody to reject.
    test.runIf(address)(
      "are not shown to another address, which may send webhooks all the same",
      async () => {
        const env = { ...settings(), HOST: "0.0.0.0", JOBBER_SYNC_DB: join(folder(), "open.db") };
        const open = await startExampleProcess(start, env);
        try {
          const url = open.url.replace("127.0.0.1", address ?? "");
          expect((await fetch(`${url}/records/acme/jobs`)).status).toBe(403);
          const request = signedRequest(SAMPLE_PAYLOAD, SECRET);
          const response = await fetch(`${url}/webhooks/jobber/acme`, {
            method: "POST",
            ...request,
          });
          expect(response.status).toBe(200);
        } finally {
          open.kill("SIGTERM");
          expect(await open.ended).toBe(0);
        }
      },
      SLOW_MS,
    );
  });
}

/** The first line of an response. `fetch` does not let anybody choose the Host header. */
async function statusLine(url: string, path: string, host: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  // Not end(): Node gives up on a request whose sender has closed its side, unless it answers at once.
  socket.write(`GET ${path} HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
  let text = "";
  for await (const chunk of socket.setEncoding("utf8")) text += chunk;
  return text.split("\r\n")[0] ?? "";
}
