/**
 * Runs a function for each item, `concurrency` at a time. All runners draw from one iterator, so
 * that a slow item does not delay the others. After the first rejection it starts no others, and
 * rejects once the active ones have ended.
 */
export async function runConcurrently<T>(
  items: Iterator<T> & Iterable<T>,
  concurrency: number,
  run: (item: T) => Promise<void>,
): Promise<void> {
  let failed = false;
  const runners = Array.from({ length: concurrency }, async () => {
    for (const item of items) {
      if (failed) return;
      try {
        await run(item);
      } catch (error) {
        failed = true;
        throw error;
      }
    }
  });
  const outcomes = await Promise.allSettled(runners);
  const failure = outcomes.find(({ status }) => status === "rejected");
  if (failure?.status === "rejected") throw failure.reason;
}
