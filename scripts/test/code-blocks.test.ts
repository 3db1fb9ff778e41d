import { expect, test } from "vitest";
import { codeBlocks, exampleBlocks } from "../code-blocks.mjs";

test("the blocks of one language come with the line of their code", () => {
  const markdown = "# Title\n\n```ts\nconst a = 1;\n```\n\n```sh\nls\n```\n```ts\nb();\n```\n";
  expect(codeBlocks(markdown, "ts")).toEqual([
    { line: 4, code: "const a = 1;" },
    { line: 11, code: "b();" },
  ]);
});

test("a shorter fence inside a block does not end it", () => {
  expect(codeBlocks("````md\n```ts\nx\n```\n````\n", "ts")).toEqual([]);
});

test("a block without an end is an error, not silence", () => {
  expect(() => codeBlocks("text\n```ts\nconst a = 1;\n", "ts")).toThrow("line 2");
});

test("the examples of docstrings come without their asterisks and with their line in the source", () => {
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
