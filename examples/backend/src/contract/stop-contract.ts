import { expect, test, vi } from "vitest";
import { type ExampleUnderTest, SLOW_MS, WAIT } from "./example-under-test.ts";

/** Ends the server. */
export function stopContract({ server, restart, post, records }: ExampleUnderTest): void {
  test(
    "SIGTERM ends it cleanly, and what was acknowledged is there after the next start",
    async () => {
      const before = await records("jobs");
      expect(
        await post({ event: "client.created", data: { id: "789", name: "Ada King" } }),
      ).toMatchObject({
        status: 200,
      });
      // The connection of the request above is kept alive; it must not hold anything up.
      server().kill("SIGTERM");
      expect(await server().ended).toBe(0);
      expect(server().output()).toMatch(/SIGTERM: stopping\nstopped\n$/);
      await restart();
      expect(await records("jobs")).toEqual(before);
      const contacts = [{ jobberClientId: "456" }, { jobberClientId: "789" }];
      await vi.waitFor(async () => expect(await records("contacts")).toMatchObject(contacts), WAIT);
    },
    SLOW_MS,
  );
}
