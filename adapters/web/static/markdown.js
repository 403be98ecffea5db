// Typed text back into the Markdown that it is written in, so that a message can be edited as it was typed.

// Only what would be read as a mark is escaped: an underscore within a word, say, is none.
const SIGNS = /[\\`*]|~(?=~)|(?<=~)~|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\](?=\()|!(?=\[)|<(?=[a-z][a-z0-9+.-]*:)/giu;
const LINE_START = /^([ \t]*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|-{2,}|\d{1,9}[.)](?=\s|$))/gm;
const WRAPS = { bold: "**", italic: "*", strike: "~~" };

/** The Markdown of `text`, as text.js reads it: parsed again, it says the same. */
export const toMarkdown = (text) => blocks(text?.blocks ?? []);

function blocks(list) {
  let other = false;
  return list
    .map((block, at) => {
      // Two lists that touch would be one: the second is written with the other mark.
      const touches = block.type === "list" && list[at - 1]?.type === "list" && list[at - 1].ordered === block.ordered;
      other = touches && !other;
      return blockOf(block, other);
    })
    .join("\n\n");
}

function blockOf(block, other) {
  switch (block.type) {
    case "paragraph":
      return atLineStart(spans(block.spans));
    case "code_block":
      return fenced(block);
    case "quote":
      return indented(blocks(block.blocks), "> ", "> ");
    case "list":
      return block.items.map((item, at) => itemOf(item, block.ordered ? `${at + 1}${other ? ")" : "."} ` : other ? "* " : "- ")).join("\n");
    default:
      return "";
  }
}

const itemOf = (item, mark) => indented(blocks(item), mark, " ".repeat(mark.length));

function indented(words, first, next) {
  return words.split("\n").map((line, at) => (line ? `${at ? next : first}${line}` : (at ? next : first).trimEnd())).join("\n");
}

function fenced({ code, language }) {
  const longest = Math.max(2, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}${/[`\s]/.test(language) ? "" : language}\n${code}\n${fence}`;
}

const atLineStart = (words) => words.replace(LINE_START, (_, space, mark) => space + (/^\d/.test(mark) ? mark.replace(/[.)]$/, "\\$&") : `\\${mark}`));

/** An exclamation mark that touches a link would make a picture of it. */
const spans = (list) => (list ?? []).map((span, at) => (list[at + 1]?.type === "link" ? spanOf(span).replace(/!$/, "\\!") : spanOf(span))).join("");

function spanOf(span) {
  switch (span.type) {
    case "plain":
      return span.text.replace(SIGNS, "\\$&");
    case "bold":
    case "italic":
    case "strike":
      return `${WRAPS[span.type]}${spans(span.spans)}${WRAPS[span.type]}`;
    case "code":
      return inline(span.text);
    case "link":
      return linkOf(span);
    case "mention":
      return `@${span.name.replace(SIGNS, "\\$&")}`;
    case "moment":
      return span.at;
    default:
      return "";
  }
}

function inline(code) {
  const longest = Math.max(0, ...(code.match(/`+/g) ?? []).map((run) => run.length));
  const marks = "`".repeat(longest + 1);
  const isStripped = code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "";
  const pad = isStripped || /^`|`$/.test(code) ? " " : "";
  return `${marks}${pad}${code}${pad}${marks}`;
}

function linkOf({ url, spans: shown }) {
  const isBare = shown?.length === 1 && shown[0].type === "plain" && shown[0].text === url;
  return isBare ? url : `[${spans(shown)}](<${url}>)`;
}
