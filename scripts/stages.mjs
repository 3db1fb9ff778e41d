import { appendFileSync } from "node:fs";
import process from "node:process";

const CI_TALLY = process.env.JOBBER_SYNC_TALLY;
// A test that starts this repository's scripts must not add to the tally of this run.
delete process.env.JOBBER_SYNC_TALLY;

/** Prints the counts, and adds them to the tally that `.ci/run` prints at its end. */
export function report(title, { passed, failed, skipped }) {
  const also = skipped === undefined ? "" : `, ${skipped} skipped`;
  console.log(`${title}: ${passed} passed, ${failed} failed${also}`);
  if (CI_TALLY) appendFileSync(CI_TALLY, `${passed} ${failed}\n`);
}

/**
 * Runs every stage in order, whether or not an earlier one failed. Returns the exit code.
 *
 * @param {readonly [name: string, stage: () => Promise<number>][]} list
 */
export async function runStages(list) {
  const failed = [];
  for (const [name, stage] of list) {
    const begin = performance.now();
    const code = await stage();
    const seconds = ((performance.now() - begin) / 1000).toFixed(1);
    console.log(`run: ${name} ${code === 0 ? "passed" : "FAILED"} in ${seconds} s`);
    if (code !== 0) failed.push(name);
  }
  report("checks", { passed: list.length - failed.length, failed: failed.length });
  if (failed.length > 0) console.log(`run: failed: ${failed.join(", ")}`);
  return failed.length === 0 ? 0 : 1;
}
