import { setTimeout as delay } from "node:timers/promises";

/** Polls until the condition is true. */
export async function until(isTrue: () => Promise<boolean>): Promise<void> {
  while (!(await isTrue())) await delay(5);
}
