// vitest silently ignores vitest.workspace.ts; bare `vitest`, editors and Stryker look here.
export { default } from "./vitest.workspace.ts";
