/** What one round does: `count` operations by `callers` callers at a time. Gives operations per second. */
export async function round(
  count: number,
  callers: number,
  operation: (index: number) => Promise<unknown>,
): Promise<number> {
  let next = 0;
  const begin = performance.now();
  await Promise.all(
    Array.from({ length: callers }, async () => {
      while (next < count) {
        const index = next;
        next += 1;
        await operation(index);
      }
    }),
  );
  return (count / (performance.now() - begin)) * 1000;
}

/** Each contender once a round, in turn; the median of each with its spread. */
export async function compare(
  contenders: Readonly<Record<string, () => Promise<number>>>,
  rounds: number,
): Promise<
  Readonly<Record<string, { readonly median: number; readonly low: number; readonly high: number }>>
> {
  const results = new Map<string, number[]>(Object.keys(contenders).map((name) => [name, []]));
  for (let index = 0; index < rounds; index += 1) {
    for (const [name, run] of Object.entries(contenders)) results.get(name)?.push(await run());
  }
  return Object.fromEntries(
    [...results].map(([name, values]) => {
      const sorted = values.toSorted((a, b) => a - b);
      return [
        name,
        { median: sorted[sorted.length >> 1] ?? 0, low: sorted[0] ?? 0, high: sorted.at(-1) ?? 0 },
      ];
    }),
  );
}
