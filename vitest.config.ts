// vitest ignores a file named vitest.workspace.ts without a word; bare `vitest`, editors and Stryker look here.
export { default } from "./vitest.workspace.ts";
