import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { createReceiver } from "@jobber-sync/core";
import { nodeBody } from "@jobber-sync/core/http";
import { signedRequest } from "@jobber-sync/testing";
import { expect, it, onTestFinished } from "vitest";
import { backend } from "../support/worker-fixtures.ts";

const SECRET = "a secret of the tenant acme";
const COMPUTE_MS = 100;
const snapshot = (id: string) => ({ event: "job.updated", data: { id, title: id } });

function compute(): void {
  const end = performance.now() + COMPUTE_MS;
  while (performance.now() < end);
}

it("worker: between two handlers that compute, a receiver in the same process responds", async () => {
  const order: string[] = [];
  let request = () => {};
  const b = backend({
    on: {
      "job.updated": () => {
        order.push("handler");
        compute();
        // Arrives while the handler computes.
        if (order.length === 1) request();
      },
    },
  });
  const tenants = [{ slug: "acme", secrets: SECRET }];
  const receiver = createReceiver({ tenants, inbox: b.inbox });
  const server = createServer((req, res) => {
    void receiver
      .handle({ method: "POST", tenant: "acme", headers: req.headers, body: nodeBody(req) })
      .then(({ status }) => {
        order.push(`response ${status}`);
        res.writeHead(status).end();
      });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as AddressInfo;
  const { headers, body } = signedRequest(snapshot("late"), SECRET);
  let response: Promise<Response> | undefined;
  request = () => {
    response = fetch(`http://127.0.0.1:${port}/`, { method: "POST", headers, body });
  };
  for (let id = 0; id < 6; id += 1) await b.send(snapshot(String(id)));
  await b.worker.drain();
  expect((await response)?.status).toBe(200);
  expect(order.filter((entry) => entry === "handler").length).toBeGreaterThanOrEqual(6);
  expect(order.indexOf("response 200")).toBeLessThan(3);
});
