/**
 * The two functions of a test framework that a contract needs, from vitest, Jest, Mocha or
 * `node:test`.
 */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  /**
   * `timeoutMs` is passed for tests that can exceed the framework's default. Frameworks without the
   * parameter ignore it.
   */
  readonly it: (name: string, run: () => Promise<void>, timeoutMs?: number) => unknown;
}
