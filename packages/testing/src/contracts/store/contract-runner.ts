/** The two functions of a test framework that a contract needs: vitest's, Jest's, Mocha's or `node:test`'s. */
export interface ContractRunner {
  readonly describe: (name: string, body: () => void) => unknown;
  /** `timeoutMs` is given where a test may need more than the framework's default; frameworks that do not know it ignore it. */
  readonly it: (name: string, run: () => Promise<void>, timeoutMs?: number) => unknown;
}
