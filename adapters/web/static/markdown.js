// Typed text back into the Markdown that it is written in, so that a message can be edited as it was typed.

// Only what would be read as a mark is escaped: an underscore within a word, say, is none.
const SIGNS = /[\\`*]|^~|~$|~(?=~)|(?<=~)~|(?<![\p{L}\p{N}])_|_(?![\p{L}\p{N}])|\](?=\()|!(?=\[)|<(?=[a-z][a-z0-9+.-]*:)/giu;
const LINE_START = /^([ \t]*)(#{1,6}(?=\s|$)|[-+](?=\s|$)|>|-{2,}|\d{1,9}[.)](?=\s|$))/gm;
const EDGES = /^(?:[ \t]*\n)+|(?:\n[ \t]*)+$/g;
// An empty line would end the paragraph: a break stands in it.
const BLANK = /^[ \t]*$/gm;
// What an address that stands as it is may not end with, and what it may not stand behind.
const TAIL = /[.,;:!?'’*_~…]$/;
const WORD_END = /[\p{L}\p{N}_/@.:-]$/u;
const WRAPS = { italic: "*", strike: "~~" };

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
      return atLineStart(spans(block.spans)).replace(EDGES, "").replace(BLANK, "\\");
    case "code_block":
      return fenced(block);
    case "quote":
      return indented(blocks(block.blocks), "> ", "> ");
    case "list":
      return listed(block, other ? "* " : block.items.some((item) => item.length) ? "- " : "+ ", other ? ")" : ".");
    default:
      return "";
  }
}

const listed = ({ items, ordered }, bullet, sign) => items.map((item, at) => itemOf(item, ordered ? `${at + 1}${sign} ` : bullet)).join("\n");

const itemOf = (item, mark) => indented(blocks(item), mark, " ".repeat(mark.length));

function indented(words, first, next) {
  return words.split("\n").map((line, at) => (line ? `${at ? next : first}${line}` : (at ? next : first).trimEnd())).join("\n");
}

/** A backtick in what follows a fence would make it none, unless that is of tildes. */
function fenced({ code, language }) {
  const mark = language.includes("`") ? "~" : "`";
  const fence = mark.repeat(Math.max(2, longest(code, mark)) + 1);
  return [`${fence}${/\s/.test(language) ? "" : language}`, ...(code ? [code] : []), fence].join("\n");
}

/** Of the runs of `mark` in it. */
const longest = (code, mark) => Math.max(0, ...(code.match(new RegExp(`${mark}+`, "g")) ?? []).map((run) => run.length));

const atLineStart = (words) => words.replace(LINE_START, (_, space, mark) => space + (/^\d/.test(mark) ? mark.replace(/[.)]$/, "\\$&") : `\\${mark}`));

/** An exclamation mark that touches a link would make a picture of it, a bracket another link. */
function spans(list) {
  let written = "";
  for (const span of list ?? []) {
    const isLink = span.type === "link";
    if (isLink) written = written.replace(/[!<]$/, "\\$&");
    written += isLink && WORD_END.test(written) ? named(span) : spanOf(span);
  }
  return written;
}

const words = (text) => text.replace(SIGNS, "\\$&");

function spanOf(span) {
  switch (span.type) {
    case "plain":
      return words(span.text);
    case "bold":
      if (span.spans?.length === 1 && span.spans[0].type === "italic") return `**_${spans(span.spans[0].spans)}_**`;
      return `**${spans(span.spans)}**`;
    case "italic":
    case "strike":
      return `${WRAPS[span.type]}${spans(span.spans)}${WRAPS[span.type]}`;
    case "code":
      return inline(span.text);
    case "link":
      return linkOf(span);
    case "mention":
      return `@${words(span.name)}`;
    case "moment":
      return span.at;
    case "emoji":
      return linkOf({ url: span.url, spans: [{ type: "plain", text: `:${span.name}:` }] });
    default:
      return "";
  }
}

function inline(code) {
  const marks = "`".repeat(longest(code, "`") + 1);
  const isStripped = code.startsWith(" ") && code.endsWith(" ") && code.trim() !== "";
  const pad = isStripped || /^`|`$/.test(code) ? " " : "";
  return `${marks}${pad}${code}${pad}${marks}`;
}

function linkOf(link) {
  const { url, spans: shown } = link;
  const isBare = shown?.length === 1 && shown[0].type === "plain" && shown[0].text === url && !TAIL.test(url);
  return isBare ? words(url) : named(link);
}

const named = ({ url, spans: shown }) => `[${(shown ?? []).map(labelOf).join("")}](<${url}>)`;

const labelOf = (span) => (span.type === "plain" ? spanOf(span).replace(/(?<!\\)[[\]]/g, "\\$&") : spanOf(span));
