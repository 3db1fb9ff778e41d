/** Creates a minimal test runner, for runtimes in which no other one runs. */
export function createTally() {
  const tests = [];
  const path = [];
  return {
    describe(name, body) {
      path.push(name);
      body();
      path.pop();
    },
    it(name, run, timeoutMs = 10_000) {
      tests.push({ name: [...path, name].join(" > "), run, timeoutMs });
    },
    /** Runs the tests one after the other. */
    async run() {
      const failures = [];
      for (const { name, run, timeoutMs } of tests) {
        let timer;
        const timeout = new Promise((_, reject) => {
          timer = setTimeout(() => reject(new Error(`not done after ${timeoutMs} ms`)), timeoutMs);
        });
        try {
          await Promise.race([run(), timeout]);
        } catch (error) {
          failures.push(`${name}: ${error?.message ?? error}`);
        }
        clearTimeout(timer);
      }
      return { passed: tests.length - failures.length, failures };
    },
  };
}
