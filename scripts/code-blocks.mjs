/**
 * Returns the fenced code blocks of a Markdown text in one language, with the line (from 1) on
 * which each block's code begins.
 *
 * @param {string} markdown
 * @param {string} language the word after the three backticks
 * @returns {{ line: number, code: string }[]}
 */
export function codeBlocks(markdown, language) {
  const blocks = [];
  let block = null;
  for (const [index, line] of markdown.split("\n").entries()) {
    const fence = /^\s*(`{3,})\s*([\w-]*)/.exec(line);
    if (block !== null && fence !== null && fence[1].length >= block.fence && fence[2] === "") {
      if (block.wanted) blocks.push({ line: block.line, code: block.lines.join("\n") });
      block = null;
    } else if (block !== null) block.lines.push(line);
    else if (fence !== null)
      block = { fence: fence[1].length, wanted: fence[2] === language, line: index + 2, lines: [] };
  }
  if (block !== null) throw new Error(`The code block of line ${block.line - 1} has no end.`);
  return blocks;
}

/**
 * Returns the code blocks of the `@example`s in a TypeScript source's docstrings, with the line on
 * which each begins.
 *
 * @param {string} source
 */
export function exampleBlocks(source) {
  return [...source.matchAll(/\/\*\*[\s\S]*?\*\//g)].flatMap(({ 0: docstring, index }) => {
    const text = docstring.replaceAll(/^\s*(\*\/|\* ?)/gm, "");
    const at = text.indexOf("@example");
    if (at === -1) return [];
    const before =
      source.slice(0, index).split("\n").length + text.slice(0, at).split("\n").length - 2;
    return codeBlocks(text.slice(at), "ts").map(({ line, code }) => ({
      line: before + line,
      code,
    }));
  });
}
