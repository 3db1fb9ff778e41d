import { expect, test } from "vitest";
import { codeBlocks, exampleBlocks } from "../code-blocks.mjs";

test("codeBlocks returns the blocks of one language with the line of their code", () => {
  const markdown = "# Title\n\n```ts\nconst a = 1;\n```\n\n```sh\nls\n```\n```ts\nb();\n```\n";
  expect(codeBlocks(markdown, "ts")).toEqual([
    { line: 4, code: "const a = 1;" },
    { line: 11, code: "b();" },
  ]);
});

test("codeBlocks ignores a shorter fence inside a block", () => {
  expect(codeBlocks("````md\n```ts\nx\n```\n````\n", "ts")).toEqual([]);
});

test("codeBlocks throws for a block without an end", () => {
  expect(() => codeBlocks("text\n```ts\nconst a = 1;\n", "ts")).toThrow("line 2");
});

test("exampleBlocks returns the examples of docstrings without asterisks, with their line in the source", () => {
  const source = [
    "const before = 1;",
    "/**",
    " * Adds.",
    " *",
    " * @example",
    " * ```ts",
    " * add(1, 2);",
    " *   indented();",
    " * ```",
    " */",
    "export function add() {}",
    "/** @returns nothing */",
  ].join("\n");
  expect(exampleBlocks(source)).toEqual([{ line: 7, code: "add(1, 2);\n  indented();" }]);
});
