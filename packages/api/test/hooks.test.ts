import { subscribe, unsubscribe } from "node:diagnostics_channel";
import { expect, it, vi } from "vitest";
import { openApi } from "./support/open-api.ts";

it.each([
  ["rejects", async () => Promise.reject(new Error("hook failed"))],
  [
    "throws",
    () => {
      throw new Error("hook failed");
    },
  ],
])("a hook of createJobberApi that %s is logged and ends nothing", async (_, connected) => {
  const unhandled = vi.fn();
  process.on("unhandledRejection", unhandled);
  const logger = { info: vi.fn(), warn: vi.fn(), error: vi.fn() };
  await openApi({ api: { hooks: { connected }, logger } });
  await new Promise((resolve) => setImmediate(resolve));
  process.off("unhandledRejection", unhandled);
  expect(unhandled).not.toHaveBeenCalled();
  expect(logger.error.mock.calls).toEqual([
    [
      { hook: "connected", err: expect.objectContaining({ message: "hook failed" }) },
      expect.stringContaining('the "connected" hook failed'),
    ],
  ]);
});

it("publishes the hooks of createJobberApi on diagnostics channels too", async () => {
  const published = vi.fn();
  subscribe("jobber-sync:connected", published);
  await openApi();
  unsubscribe("jobber-sync:connected", published);
  expect(published).toHaveBeenCalledWith({ tenant: "acme" }, "jobber-sync:connected");
});
