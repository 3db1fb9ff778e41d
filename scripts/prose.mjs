// The rules of CONTRIBUTING.md that a program can check: words to avoid, how docstrings begin, and
// references to facts.

// prose-check off
const WORDS = [
  "told",
  "tells?",
  "mend(?:s|ed)?",
  "in hand",
  "for ever",
  "goes? by",
  "put (?:aside|down|off)",
  "turned away",
  "condemn(?:s|ed)?",
  "its like",
  "nobody",
  "somebody",
  "whoever",
  "(?:is|are) found out",
  "comes? round",
  "reckon(?:s|ed)?",
  "bears",
  "stands? still",
  "worked off",
  "no event of",
  "the way of",
  "what became of",
];
// prose-check on
const AVOIDED = new RegExp(
  `\\b(?:${WORDS.join("|").replaceAll(" ", "\\s+(?:(?:\\*|//)\\s+)?")})\\b`,
  "gi",
);
const DOCSTRING = /\/\*\*[\s*]*(What|How|Makes the)\b/g;
const FACT_LINK = /jobber-facts\.md#([\w-]+)/g;
// Biome wraps code and leaves comments alone. URLs and suppressions cannot
// be wrapped.
const LONG_COMMENT = /^(?=.{101})[ \t]*(?:\/\/|\*|\/\*\*).*$/gm;
// A number such as "F" + "5.3", which names a section of a document outside the repository. Not
// %F4, not \xF4.
const FACT_NUMBER = /(?<![%\\\w#.-])F(?:10|[1-9])(?:\.\d{1,2})?\b(?!\.\w)/g;

/**
 * Blanks the lines between `prose-check off` and `prose-check on`, which quote what the check
 * rejects.
 */
function withoutQuotedLines(text) {
  let quoted = false;
  return text
    .split("\n")
    .map((line) => {
      if (line.includes("prose-check off")) quoted = true;
      if (line.includes("prose-check on")) quoted = false;
      return quoted ? "" : line;
    })
    .join("\n");
}

/**
 * Checks one file and returns what is wrong with it, each with its line.
 *
 * @param {string} file
 * @param {string} text
 * @param {readonly string[]} facts the anchors of docs/jobber-facts.md
 * @returns {{ line: number, mistake: string }[]} in the order of the lines
 */
export function proseMistakes(file, text, facts) {
  const checked = withoutQuotedLines(text);
  const found = (pattern, mistake) =>
    [...checked.matchAll(pattern)].flatMap((match) => {
      const text = mistake(match);
      return text === null
        ? []
        : [{ line: checked.slice(0, match.index).split("\n").length, mistake: text }];
    });
  return [
    ...found(AVOIDED, ([word]) => `"${word.replaceAll(/\s+/g, " ")}": write it another way`),
    ...(/\.m?ts$|\.mjs$/.test(file)
      ? [
          ...found(
            DOCSTRING,
            ([, begin]) => `a docstring begins with "${begin}": begin with a verb or a noun phrase`,
          ),
          ...found(LONG_COMMENT, ([comment]) =>
            /\S{80}|biome-ignore/.test(comment) ? null : "a comment is longer than 100 columns",
          ),
        ]
      : []),
    ...found(FACT_LINK, ([link, anchor]) =>
      facts.includes(anchor) ? null : `${link} does not exist`,
    ),
    ...found(FACT_NUMBER, ([number]) => `${number}: link to docs/jobber-facts.md#<anchor> instead`),
  ].sort((a, b) => a.line - b.line);
}
