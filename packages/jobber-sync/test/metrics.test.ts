import { mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { signedRequest } from "@jobber-sync/testing";
import { MeterProvider, MetricReader } from "@opentelemetry/sdk-metrics";
import { Registry } from "prom-client";
import ts from "typescript";
import { expect, it, onTestFinished } from "vitest";
import type { JobberSync } from "../src/index.ts";
import { openSync } from "./support/open-sync.ts";

const GUIDE = new URL("../../../docs/metrics.md", import.meta.url);
const SECRET = "a secret of the tenant's own";

/** Runs the code blocks of the guide and returns what they export. */
async function guide() {
  const folder = new URL("../node_modules/.metrics-guide/", import.meta.url);
  mkdirSync(folder, { recursive: true });
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const blocks = readFileSync(GUIDE, "utf8").matchAll(/^```ts\n(.*?)^```/gms);
  const modules = [...blocks].map(async ([, code = ""], index) => {
    const file = fileURLToPath(new URL(`${index}.mjs`, folder));
    const { outputText } = ts.transpileModule(code, {
      compilerOptions: { module: ts.ModuleKind.ESNext, target: ts.ScriptTarget.ES2023 },
    });
    writeFileSync(file, outputText);
    return import(file);
  });
  return Object.assign({}, ...(await Promise.all(modules)));
}

/** A sync with a delivery that waits and one whose retries are exhausted. */
async function failing(hooks: object) {
  const { sync } = await openSync({
    app: undefined,
    tenants: [{ slug: "acme", secrets: [{ name: "relay", value: SECRET }] }],
    worker: { retry: { maxAttempts: 1 } },
    on: { "job.created": () => Promise.reject(new Error("down")) },
    hooks,
  });
  await send(sync, "job.created");
  await sync.drain();
  await send(sync, "job.updated");
  return sync;
}

async function send(sync: JobberSync, event: string): Promise<void> {
  const request = signedRequest({ event, data: { id: event } }, SECRET);
  await sync.receiver.handle({ method: "POST", tenant: "acme", ...request });
}

it("the Prometheus guide reports backlog, ages, health and failures", async () => {
  const { registerGauges, countingHooks } = await guide();
  const registry = new Registry();
  const sync = await failing(countingHooks(registry));
  registerGauges(sync, registry);
  const lines = (await registry.metrics()).split("\n");
  expect(lines).toEqual(
    expect.arrayContaining([
      'jobber_deliveries{tenant="acme",state="dead"} 1',
      'jobber_deliveries{tenant="acme",state="waiting"} 1',
      "jobber_health 1",
      'jobber_accepted_total{secret="relay"} 2',
      'jobber_failures_total{code="ERR_HANDLER",final="yes"} 1',
      expect.stringMatching(
        /^jobber_oldest_delivery_seconds\{tenant="acme",state="waiting"\} 0\.?\d*$/,
      ),
    ]),
  );
  await sync.drain();
  expect(await registry.metrics()).not.toContain('state="waiting"} 1');
});

/** Collects on request. */
class Reader extends MetricReader {
  protected override async onForceFlush() {}
  protected override async onShutdown() {}
}

it("the OpenTelemetry guide reports backlog and ages", async () => {
  const { observeBacklog } = await guide();
  const reader = new Reader();
  const provider = new MeterProvider({ readers: [reader] });
  observeBacklog(await failing({}), provider.getMeter("jobber-sync"));
  const { resourceMetrics } = await reader.collect();
  const metrics = resourceMetrics.scopeMetrics.flatMap((scope) => scope.metrics);
  const points = metrics.map(({ descriptor, dataPoints }) => [
    descriptor.name,
    dataPoints.map(({ attributes }) => attributes.state).sort(),
  ]);
  expect(points).toEqual([
    ["jobber.deliveries", ["dead", "waiting"]],
    ["jobber.oldest_delivery", ["dead", "waiting"]],
  ]);
  expect(metrics[0]?.dataPoints.map(({ value }) => value)).toEqual([1, 1]);
  await provider.shutdown();
});
