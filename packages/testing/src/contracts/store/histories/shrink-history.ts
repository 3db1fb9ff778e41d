import type { History } from "./history.ts";

/**
 * Shrinks a failing history while it still fails: drops steps, writes of a step, and fields.
 *
 * @param fails must not throw
 */
export async function shrinkHistory(
  history: History,
  fails: (candidate: History) => Promise<boolean>,
): Promise<History> {
  let smallest = history;
  for (let smaller = true; smaller; ) {
    smaller = false;
    for (const candidate of smallerHistories(smallest)) {
      if (!(await fails(candidate))) continue;
      smallest = candidate;
      smaller = true;
      break;
    }
  }
  return smallest;
}

function* smallerHistories(history: History): Generator<History> {
  for (const [at] of history.entries()) yield history.toSpliced(at, 1);
  for (const [at, step] of history.entries()) {
    if (step.writes.length > 1) {
      for (const [index] of step.writes.entries()) {
        yield history.with(at, { ...step, writes: step.writes.toSpliced(index, 1) });
      }
    }
    for (const [index, write] of step.writes.entries()) {
      if (write.mode === "delete") continue;
      for (const name of Object.keys(write.fields)) {
        const { [name]: _left, ...fields } = write.fields;
        yield history.with(at, { ...step, writes: step.writes.with(index, { ...write, fields }) });
      }
    }
  }
}
