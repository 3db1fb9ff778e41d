import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { compileBlocks } from "../compile-blocks.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bases = [fileURLToPath(new URL("../../examples/backend", import.meta.url))];

test("a block that does not compile is reported with its file and line", () => {
  const code = 'import { mapJobStatus } from "@jobber-sync/core";\n\nmapJobStatus(1);';
  const [mistake, ...more] = compileBlocks([{ file: "docs/page.md", line: 10, code }], {
    root,
    bases,
  });
  expect(mistake).toMatch(/^docs\/page\.md:12: .*'number' is not assignable/);
  expect(more).toEqual([]);
});

test("blocks are modules of their own, checked with the repository's strictness", () => {
  const good = { file: "a.md", line: 1, code: "const name = 1;" };
  const implicit = { file: "b.md", line: 1, code: "function name(x) {}" };
  const mistakes = compileBlocks([good, good, implicit], { root, bases });
  expect(mistakes).toEqual(["b.md:1: Parameter 'x' implicitly has an 'any' type."]);
});

test("what is in no package is reported", () => {
  const code = 'import "no-such-package";';
  expect(compileBlocks([{ file: "a.md", line: 3, code }], { root, bases })).toHaveLength(1);
});
