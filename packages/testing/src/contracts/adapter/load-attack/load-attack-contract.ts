import assert from "node:assert/strict";
import type { ChildProcess } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { ContractRunner } from "../../store/contract-runner.ts";
import { notification, ROUTE, SIGNATURE, signatureOf } from "../contract-server.ts";
import { RawConnection } from "../raw-connection.ts";
import { head, rawPost, signature } from "../wire.ts";
import type { Attack, AttackReport } from "./attack.ts";
import type { News, Order } from "./run-load-attack-process.ts";

const MIB = 1024 * 1024;
const FLOODERS = 5;

/** Options for {@link loadAttackContract}. */
export interface LoadAttackContractOptions extends ContractRunner {
  /** A file that calls `runLoadAttackProcess` and does nothing else. */
  readonly program: URL;
  /** Number of concurrent slow senders. @default 5000 */
  readonly slowSenders?: number | undefined;
  /** Called with each measured figure. */
  readonly onFigure?: ((name: string, figure: string) => void) | undefined;
}

/** The attacked server. */
interface AttackedServer {
  readonly url: string;
  /**
   * Returns the peak memory of the server's process while `during` lasts, less its memory before.
   * Bytes.
   */
  growth(during: Promise<unknown>): Promise<number>;
  attack(kind: Attack["kind"], connections: number): Promise<AttackReport>;
}

/**
 * Tests the limits of time and memory of an adapter under attack. It is separate from
 * `adapterContract` because it takes a minute and its figures need an otherwise idle machine. Runs
 * on Node only.
 */
export function loadAttackContract({
  describe,
  it,
  program,
  slowSenders = 5000,
  onFigure = () => {},
}: LoadAttackContractOptions): void {
  const test = (name: string, run: (server: AttackedServer) => Promise<void>) =>
    it(name, () => withAttackedServer(program, run), 120_000);

  describe("under load attack", () => {
    test(`ends ${slowSenders} bodies of 100 B/s within 2 s, in less than 200 MB, while other senders are served`, async (server) => {
      const attack = server.attack("slow", slowSenders);
      const [grown, honest, report] = await Promise.all([
        server.growth(attack),
        honestLatencies(server.url, attack),
        attack,
      ]);
      const slowest = Math.max(...report.durations);
      const p99 = percentile(honest, 0.99);
      onFigure(
        `${slowSenders} slow bodies`,
        `+${mib(grown)}, ended after at most ${slowest.toFixed(0)} ms; ${honest.length} other requests, p99 ${p99.toFixed(1)} ms`,
      );
      // Closing a connection with unread bytes resets it, and the reset can overtake the response.
      for (const status of report.statuses)
        assert.ok(status === 408 || status === null, `${status}`);
      assert.ok(slowest < 2000, `${slowest} ms`);
      assert.ok(grown < 200 * MIB, mib(grown));
      assert.ok(honest.length >= 50 && p99 < 100, `p99 ${p99} ms of ${honest.length}`);
    });

    test("rejects 40 MB in chunks without buffering them, and the sender can read the response", async (server) => {
      const attack = server.attack("flood", FLOODERS);
      const [grown, report] = await Promise.all([server.growth(attack), attack]);
      onFigure(
        `${FLOODERS} × 40 MB unsigned, in chunks`,
        `+${mib(grown)}, responses ${report.statuses.join(" ")}`,
      );
      assert.deepEqual(new Set(report.statuses), new Set([413]));
      // Discarded chunks count until they are garbage collected, so the limit is half of the bytes
      // sent.
      assert.ok(grown < FLOODERS * 20 * MIB, mib(grown));
    });

    test("receives 250,000 one-byte chunks on each of 100 connections in less than 200 MB", async (server) => {
      const attack = server.attack("one-byte-chunks", 100);
      const [grown, report] = await Promise.all([server.growth(attack), attack]);
      onFigure(
        "100 × 250,000 chunks of one byte",
        `+${mib(grown)}, responses ${[...new Set(report.statuses)].join(" ")}`,
      );
      for (const status of report.statuses)
        assert.ok(status === 401 || status === 408 || status === null, `${status}`);
      assert.ok(grown < 200 * MIB, mib(grown));
    });

    test("rejects a gzip bomb within 5 ms of its headers", async (server) => {
      const times: number[] = [];
      for (let n = 0; n < 200; n += 1) {
        const connection = await RawConnection.open(server.url);
        const begin = performance.now();
        await connection.write(
          head([
            "content-length: 100000",
            "content-encoding: gzip",
            `${SIGNATURE}: ${signatureOf("x")}`,
          ]),
        );
        const response = await connection.response();
        times.push(performance.now() - begin);
        assert.equal(response?.status, 415);
        connection.end();
      }
      const median = percentile(times, 0.5);
      onFigure(
        "gzip bomb, headers to 415",
        `median ${median.toFixed(2)} ms, p99 ${percentile(times, 0.99).toFixed(2)} ms`,
      );
      assert.ok(median < 5, `${median} ms`);
    });
  });
}

async function withAttackedServer(
  program: URL,
  run: (server: AttackedServer) => Promise<void>,
): Promise<void> {
  // Imported here because workerd, which loads the contracts, has no child processes.
  const { fork } = await import("node:child_process");
  const path = fileURLToPath(program);
  const server = fork(path, ["server"]);
  const attacker = fork(path, ["attacker"]);
  try {
    const { url } = await newsOf(server, "serving");
    const memory = async () => {
      order(server, { kind: "memory" });
      return (await newsOf(server, "memory")).rss;
    };
    // The first requests load and compile code, which must not count.
    await honestLatencies(url, new Promise((resolve) => setTimeout(resolve, 300)));
    const before = await memory();
    await run({
      url,
      async growth(during) {
        let most = 0;
        let over = false;
        void during.finally(() => {
          over = true;
        });
        while (!over) {
          most = Math.max(most, (await memory()) - before);
          await new Promise((resolve) => setTimeout(resolve, 50));
        }
        return most;
      },
      async attack(kind, connections) {
        order(attacker, { kind: "attack", attack: { kind, url, connections } });
        return (await newsOf(attacker, "attacked")).report;
      },
    });
  } finally {
    server.kill();
    attacker.kill();
  }
}

function order(child: ChildProcess, what: Order): void {
  child.send(what);
}

function newsOf<K extends News["kind"]>(
  child: ChildProcess,
  kind: K,
): Promise<Extract<News, { kind: K }>> {
  return new Promise((resolve, reject) => {
    const onMessage = (news: News) => {
      if (news.kind !== kind) return;
      child.off("message", onMessage).off("exit", onExit);
      resolve(news as Extract<News, { kind: K }>);
    };
    const onExit = (code: number | null) =>
      reject(new Error(`A process of the load attack exited with ${code}.`));
    child.on("message", onMessage).once("exit", onExit);
  });
}

/**
 * Sends signed requests 10 ms apart while `during` lasts, and returns the milliseconds that each
 * one took.
 */
async function honestLatencies(url: string, during: Promise<unknown>): Promise<number[]> {
  const body = notification("JOB_UPDATE", "1");
  const request = rawPost(body, [signature(body)], ROUTE);
  const times: number[] = [];
  let over = false;
  void during.finally(() => {
    over = true;
  });
  const connection = await RawConnection.open(url);
  while (!over) {
    const begin = performance.now();
    await connection.write(request);
    assert.equal((await connection.response())?.status, 200);
    times.push(performance.now() - begin);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  connection.end();
  return times;
}

function percentile(numbers: readonly number[], share: number): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}
