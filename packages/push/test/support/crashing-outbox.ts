import type { Outbox } from "@jobber-sync/core/ports";

/** A step of a run at which its process dies: an operation of the outbox, and when. */
export interface CrashPoint {
  readonly operation: "claim" | "markSent" | "settle" | "links" | "list";
  readonly when: "before" | "after";
  /** Calls of the operation that succeed first. */
  readonly skip: number;
}

/** The seven steps at which the campaigns crash a run. */
export const CRASH_STEPS: readonly Omit<CrashPoint, "skip">[] = [
  { operation: "claim", when: "after" },
  { operation: "links", when: "before" },
  { operation: "list", when: "after" },
  { operation: "markSent", when: "before" },
  { operation: "markSent", when: "after" },
  { operation: "settle", when: "before" },
  { operation: "settle", when: "after" },
];

/** Thrown where the process dies. */
class Crash extends Error {}

/**
 * Returns the outbox as a process has it that dies at a step: from then on, every operation fails
 * and changes nothing.
 */
export function crashingOutbox(outbox: Outbox, point: CrashPoint | null) {
  let calls = 0;
  let dead = false;
  const die = (): never => {
    dead = true;
    throw new Crash();
  };
  const wrapped = new Proxy(outbox, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name);
      if (typeof value !== "function") return value;
      return async (...args: unknown[]) => {
        if (dead) throw new Crash();
        const isPoint = point !== null && name === point.operation;
        const dies = isPoint && calls++ === point.skip;
        if (dies && point.when === "before") die();
        const result: unknown = await value.apply(target, args);
        if (dies) die();
        return result;
      };
    },
  });
  return { outbox: wrapped, isDead: () => dead };
}
