// Typed text (core/text.py writes it) as elements.

import { h, link } from "./dom.js";
import { time } from "./times.js";

const DEEPEST = 24;

/** The blocks of `text`, for a container with the class "text". */
export const blocks = (text, depth = 0) => (depth > DEEPEST ? [] : (text?.blocks ?? []).map((block) => blockOf(block, depth)));

export const isEmpty = (text) => !text?.blocks?.length;

export const plain = (text) => blocks(text).map((element) => element.textContent).join("\n\n");

/** Words as they were typed: for what is on its way and was not read by the desk yet. */
export function asTyped(words) {
  return words.trim().split(/\n\s*\n/).map((part) => h("p", { dir: "auto", textContent: part }));
}

function blockOf(block, depth) {
  const inner = (list) => blocks({ blocks: list }, depth + 1);
  switch (block.type) {
    case "paragraph":
      return h("p", { dir: "auto" }, spans(block.spans));
    case "code_block":
      return h("pre", { dir: "ltr", tabIndex: 0, "aria-label": `Code ${block.language}`.trim(), role: "group" }, h("code", { textContent: block.code }));
    case "quote":
      return h("blockquote", { dir: "auto" }, inner(block.blocks));
    case "list":
      return h(block.ordered ? "ol" : "ul", { dir: "auto" }, block.items.map((item) => h("li", {}, inner(item))));
    default:
      return h("p");
  }
}

/** A link to a page or an address to write to; of anything else the words alone. */
function linkTo(url, shown) {
  if (/^mailto:[^\s]+@[^\s]+$/i.test(url)) return h("a", { href: url, rel: "noopener noreferrer nofollow" }, shown);
  return link(url, shown);
}

const TAGS = { bold: "strong", italic: "em", strike: "s" };

const spans = (list, depth = 0) => (depth > DEEPEST ? [] : (list ?? []).map((span) => spanOf(span, depth)));

function spanOf(span, depth) {
  switch (span.type) {
    case "plain":
      return document.createTextNode(span.text);
    case "bold":
    case "italic":
    case "strike":
      return h(TAGS[span.type], {}, spans(span.spans, depth + 1));
    case "code":
      return h("code", { textContent: span.text });
    case "link": {
      const shown = spans(span.spans, depth + 1);
      return linkTo(span.url, shown.length ? shown : span.url);
    }
    case "mention":
      return h("span", { class: "mention", dir: "auto", textContent: `@${span.name}` });
    case "moment":
      return time(span.at, "both");
    case "emoji":
      return link(span.url, `:${span.name}:`);
    default:
      return document.createTextNode("");
  }
}
