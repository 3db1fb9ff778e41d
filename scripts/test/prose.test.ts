import { describe, expect, it } from "vitest";
import { proseMistakes } from "../prose.mjs";

const FACTS = ["envelope", "rate-limits"];
const mistakes = (text: string, file = "packages/core/src/planted.ts") =>
  proseMistakes(file, text, FACTS).map(({ line, mistake }) => `${line}: ${mistake}`);

describe("proseMistakes", () => {
  // prose-check off
  it.each([
    "told",
    "tells",
    "mend",
    "in hand",
    "for ever",
    "goes by",
    "put aside",
    "turned away",
    "condemn",
    "its like",
    "nobody",
    "somebody",
    "whoever",
    "is found out",
    "comes round",
    "reckon",
    "bears",
    "stands still",
    "worked off",
    "no event of",
    "the way of",
    "what became of",
  ])("reports the word %s with its line", (word) => {
    expect(mistakes(`// One line.\n// It ${word} here.`)).toEqual([
      `2: "${word}": write it another way`,
    ]);
    expect(mistakes(`A page, ${word.toUpperCase()}.`, "docs/page.md")).toHaveLength(1);
  });

  it("reports words that a line break of a comment separates", () => {
    expect(mistakes("/**\n * It was turned\n * away.\n */")).toEqual([
      '2: "turned * away": write it another way',
    ]);
    expect(mistakes("// It was turned\n  // away.")).toHaveLength(1);
  });

  it("leaves words alone that only contain an avoided one", () => {
    expect(mistakes("// recommend, amend, teller, forbearance, intellisense, stolen")).toEqual([]);
  });

  it.each(["What", "How", "Makes the"])("reports a docstring that begins with %s", (begin) => {
    const report = `a docstring begins with "${begin}": begin with a verb or a noun phrase`;
    expect(mistakes(`/** ${begin} worker. */`)).toEqual([`1: ${report}`]);
    expect(mistakes(`\n/**\n * ${begin} worker.\n */`, "a.mjs")).toEqual([`2: ${report}`]);
    expect(mistakes(`/** ${begin} worker. */`, "docs/page.md")).toEqual([]);
  });

  it("reports a comment of more than 100 columns", () => {
    const words = "word ".repeat(19);
    expect(mistakes(`// ${words}it`)).toEqual([]);
    expect(mistakes(`// ${words}ends.`)).toEqual(["1: a comment is longer than 100 columns"]);
    expect(mistakes(`/**\n * ${words}ends.\n */`)).toHaveLength(1);
    expect(mistakes(`// https://example.com/${"a".repeat(90)}`)).toEqual([]);
    expect(mistakes(`const text = "${words}ends";`)).toEqual([]);
  });

  it("reports a reference to a fact that is not on the page of facts", () => {
    expect(mistakes("// See docs/jobber-facts.md#rate-limits.")).toEqual([]);
    expect(mistakes("[ids](jobber-facts.md#no-such-fact)", "docs/page.md")).toEqual([
      "1: jobber-facts.md#no-such-fact does not exist",
    ]);
  });

  it("reports a number that stands for a fact", () => {
    expect(mistakes("// Jobber wants it within 1000 ms (F2.1).")).toEqual([
      "1: F2.1: link to docs/jobber-facts.md#<anchor> instead",
    ]);
    expect(mistakes("// Ids are opaque (F4), see F5.3.")).toHaveLength(2);
    expect(mistakes('const text = "%F4 \\xF4 #F1F2F3";')).toEqual([]);
  });

  it("skips lines between its two marks", () => {
    const [off, on] = ["off", "on"].map((mode) => `<!-- prose-check ${mode} -->`);
    expect(mistakes(`${off}\ntold\n${on}\n\ntold`, "CONTRIBUTING.md")).toEqual([
      '5: "told": write it another way',
    ]);
  });
  // prose-check on
});
