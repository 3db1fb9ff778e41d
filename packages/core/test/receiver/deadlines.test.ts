import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { createDeadlines } from "../../src/receiver/deadlines.ts";

const LIMIT_MS = 800;

beforeEach(() => {
  vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout", "performance"] });
});
afterEach(() => {
  // Before the timers: a spy restores the setTimeout that it replaced, here a fake one.
  vi.restoreAllMocks();
  vi.useRealTimers();
  vi.unstubAllGlobals();
});

describe.each([
  ["with one timer", "Node.js/24"],
  ["with one timer per request", "Cloudflare-Workers"],
])("createDeadlines, %s", (_, userAgent) => {
  beforeEach(() => vi.stubGlobal("navigator", { userAgent }));

  it("passes each deadline after its own time, in the order of their start", async () => {
    const deadlines = createDeadlines(LIMIT_MS);
    const passed: string[] = [];
    for (const name of ["first", "second", "third"]) {
      deadlines.start().onPass(() => passed.push(name));
      await vi.advanceTimersByTimeAsync(200);
    }
    expect(passed).toEqual([]);
    await vi.advanceTimersByTimeAsync(LIMIT_MS - 599);
    expect(passed).toEqual(["first"]);
    await vi.advanceTimersByTimeAsync(200);
    expect(passed).toEqual(["first", "second"]);
    await vi.advanceTimersByTimeAsync(200);
    expect(passed).toEqual(["first", "second", "third"]);
  });

  it("passes no deadline that has ended, and none twice", async () => {
    const deadlines = createDeadlines(LIMIT_MS);
    const ended = deadlines.start();
    const late = deadlines.start();
    const onEnded = vi.fn();
    const onLate = vi.fn();
    ended.onPass(onEnded);
    late.onPass(onLate);
    deadlines.end(ended);
    await vi.advanceTimersByTimeAsync(3 * LIMIT_MS);
    expect(onEnded).not.toHaveBeenCalled();
    expect(onLate).toHaveBeenCalledTimes(1);
    deadlines.end(late);
  });

  it("rejects work that is not ready in time, and aborts the signal", async () => {
    const deadlines = createDeadlines(LIMIT_MS);
    const deadline = deadlines.start();
    const { signal } = deadline;
    const race = deadline.race(new Promise(() => {}));
    const rejected = expect(race).rejects.toMatchObject({ code: "ERR_DEADLINE" });
    await vi.advanceTimersByTimeAsync(LIMIT_MS + 1);
    await rejected;
    expect(signal.aborted).toBe(true);
    const afterwards = expect(deadline.race(new Promise(() => {}))).rejects.toThrow();
    await vi.advanceTimersByTimeAsync(1);
    await afterwards;
  });

  it("returns the outcome of work that is ready in time, or fails", async () => {
    const deadline = createDeadlines(LIMIT_MS).start();
    expect(await deadline.race(Promise.resolve(1))).toBe(1);
    await expect(deadline.race(Promise.reject(new Error("x")))).rejects.toThrow("x");
  });
});

describe("createDeadlines", () => {
  it("sets one timer for requests that end in time, and lets the process end between them", () => {
    const set = vi.spyOn(globalThis, "setTimeout");
    const deadlines = createDeadlines(LIMIT_MS);
    for (let request = 0; request < 1000; request += 1) deadlines.end(deadlines.start());
    expect(set).toHaveBeenCalledTimes(1);
    const timer = set.mock.results[0]?.value as NodeJS.Timeout;
    expect(timer.hasRef()).toBe(false);
    deadlines.start();
    expect(timer.hasRef()).toBe(true);
  });
});
