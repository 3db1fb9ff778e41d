import { expect, test, vi } from "vitest";
import { consoleHooks, progressLine } from "../src/console-hooks.ts";

const progress = { tenant: "acme", type: "job", full: true, rate: 59.6 } as const;

test("progressLine shows what is known of the time left", () => {
  expect(progressLine({ ...progress, done: 1200, total: 5000, secondsLeft: 63 })).toBe(
    "acme: read 1200 of about 5000 jobs, 60/s, 63 s left",
  );
  expect(progressLine({ ...progress, done: 50, total: null, secondsLeft: null })).toBe(
    "acme: read 50 jobs, 60/s",
  );
});

test("consoleHooks prints the progress of a full run, at most every five seconds", () => {
  const print = vi.spyOn(console, "log").mockImplementation(() => {});
  const { progress: report } = consoleHooks();
  report?.({ ...progress, full: false, done: 1, total: null, secondsLeft: null });
  expect(print).not.toHaveBeenCalled();
  for (const done of [2, 3]) report?.({ ...progress, done, total: null, secondsLeft: null });
  expect(print.mock.calls).toEqual([["acme: read 2 jobs, 60/s"]]);
  print.mockRestore();
});
