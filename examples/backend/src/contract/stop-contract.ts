import { once } from "node:events";
import { connect, type Socket } from "node:net";
import { expect, test, vi } from "vitest";
import { type ExampleUnderTest, SLOW_MS, WAIT } from "./example-under-test.ts";

// The grace period of the worker, plus one second.
const LATEST_MS = 11_000;
const OPENINGS = ["", "POST /webhooks/jobber/acme HTTP/1.1\r\nHost: x\r\n"];

/** Tests SIGTERM and the next start. */
export function stopContract({ server, restart, post, records }: ExampleUnderTest): void {
  test(
    "SIGTERM stops it cleanly despite 50 idle connections, and an acknowledged delivery survives",
    async () => {
      const before = await records("jobs");
      const idle = await Promise.all(
        Array.from({ length: 50 }, (_, index) =>
          openConnection(server().url, OPENINGS[index % 2] ?? ""),
        ),
      );
      expect(
        await post({ event: "client.created", data: { id: "789", name: "Ada King" } }),
      ).toMatchObject({ status: 200 });
      const begin = performance.now();
      // The connection of the request above is kept alive, too.
      server().kill("SIGTERM");
      expect(await server().ended).toBe(0);
      expect(performance.now() - begin).toBeLessThan(LATEST_MS);
      expect(server().output()).toMatch(/SIGTERM: stopping\nstopped\n$/);
      for (const socket of idle) socket.destroy();
      await restart();
      expect(await records("jobs")).toEqual(before);
      const contacts = [{ jobberClientId: "456" }, { jobberClientId: "789" }];
      await vi.waitFor(async () => expect(await records("contacts")).toMatchObject(contacts), WAIT);
    },
    SLOW_MS,
  );
}

async function openConnection(url: string, bytes: string): Promise<Socket> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).on("error", () => {});
  await once(socket, "connect");
  if (bytes !== "") await new Promise<void>((resolve) => socket.write(bytes, () => resolve()));
  return socket;
}
