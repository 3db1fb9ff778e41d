import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { compileBlocks } from "../compile-blocks.mjs";

const root = fileURLToPath(new URL("../../", import.meta.url));
const bases = [fileURLToPath(new URL("../../examples/backend", import.meta.url))];

describe("compileBlocks", () => {
  const wrong = 'import { mapJobStatus } from "@jobber-sync/core";\n\nmapJobStatus(1);';
  const good = { file: "good.md", line: 1, code: "const name = 1;" };
  // One call for all tests, because each call compiles core's sources.
  const mistakes = compileBlocks(
    [
      { file: "docs/page.md", line: 10, code: wrong },
      good,
      good,
      { file: "implicit.md", line: 1, code: "function name(x) {}" },
      { file: "missing.md", line: 3, code: 'import "no-such-package";' },
    ],
    { root, bases },
  );
  const mistakesOf = (file: string) => mistakes.filter((mistake) => mistake.startsWith(file));

  it("reports a block that does not compile with its file and line", () => {
    expect(mistakesOf("docs/page.md")).toEqual([
      expect.stringMatching(/^docs\/page\.md:12: .*'number' is not assignable/),
    ]);
  });

  it("compiles each block as its own module, with the repository's strictness", () => {
    expect(mistakesOf("good.md")).toEqual([]);
    expect(mistakesOf("implicit.md")).toEqual([
      "implicit.md:1: Parameter 'x' implicitly has an 'any' type.",
    ]);
  });

  it("reports an import of a package that is not installed", () => {
    expect(mistakesOf("missing.md")).toHaveLength(1);
    expect(mistakes).toHaveLength(3);
  });
});
