import { isReady } from "../inbox/transitions.ts";
import type { ChangeSettlement } from "./change-feed.ts";
import type { ChangeFilter, ChangeState } from "./record-change.ts";

const DAY_MS = 24 * 60 * 60 * 1000;

/** Defaults that every feed applies. */
export const CHANGE_DEFAULTS = {
  /** Maximum number of rows in a list. */
  listLimit: 100,
  /** Retention of `done` changes. Milliseconds. */
  doneAfterMs: 7 * DAY_MS,
} as const;

/** The part of a stored change that moves. Times are milliseconds since 1970. */
export interface ChangeRowState {
  readonly state: ChangeState;
  readonly attempts: number;
  readonly dueAt: number;
  /** Delay from the row's arrival or settlement until it is due. Milliseconds. */
  readonly delayMs: number;
  readonly reason: string | null;
  readonly error: string | null;
  readonly replay: boolean;
  readonly finishedAt: number | null;
}

/** The state of a change that was committed at `now`. */
export function committedChange(now: number): ChangeRowState {
  const counts = { attempts: 0, dueAt: now, delayMs: 0, reason: null, error: null };
  return { state: "waiting", ...counts, replay: false, finishedAt: null };
}

/** Whether a `waiting` change that is first in its line may be handed to its handler. */
export function isChangeDue(
  { dueAt, delayMs }: Pick<ChangeRowState, "dueAt" | "delayMs">,
  now: number,
): boolean {
  return isReady({ state: "waiting", dueAt, delayMs }, now);
}

/** The state of a change behind another one that is due at `dueAt`. */
export function behindChange<S extends ChangeRowState>(row: S, dueAt: number, now: number): S {
  return { ...row, dueAt, delayMs: Math.max(0, dueAt - now) };
}

/** The state of a change once its claim has settled it. */
export function settledChange<S extends ChangeRowState>(
  row: S,
  settlement: ChangeSettlement,
  now: number,
): S {
  switch (settlement.state) {
    case "done":
      return { ...row, state: "done", reason: null, error: null, finishedAt: now };
    case "waiting": {
      const { dueAt, attempts, reason, error } = settlement;
      return { ...row, dueAt, delayMs: Math.max(0, dueAt - now), attempts, reason, error };
    }
    case "dead": {
      const { attempts, reason, error } = settlement;
      return { ...row, state: "dead", attempts, reason, error, finishedAt: now };
    }
  }
}

/** The state of a change after a replay. */
export function replayedChange<S extends ChangeRowState>(row: S, now: number): S {
  return { ...row, ...committedChange(now), replay: true };
}

/** Returns the states that a replay with this filter covers. */
export function replayedChangeStates({ states }: ChangeFilter): readonly ChangeState[] {
  if (states === undefined) return ["dead"];
  return (["dead", "done"] as const).filter((state) => states.includes(state));
}
