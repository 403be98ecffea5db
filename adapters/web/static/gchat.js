// Google Chat's cards (cardsV2), as a space shows them. Their texts hold a little HTML, rebuilt from what is allowed.

import { h, link } from "./dom.js";

const PLAIN_TAGS = { B: "b", STRONG: "b", I: "i", EM: "i", U: "u", S: "s", STRIKE: "s", DEL: "s", CODE: "code" };
const COLOUR = /^#[0-9a-f]{3,8}$/i;

/** The card of a message as an element; `level` is its heading's. */
export function cardOf({ card }, level) {
  const { title, subtitle } = card.header ?? {};
  return h(
    "div",
    { class: "g-card" },
    (title || subtitle) &&
      h(
        "header",
        { class: "g-card-head" },
        title && h(`h${level}`, { dir: "auto", textContent: title }),
        subtitle && h("p", { class: "quiet", dir: "auto", textContent: subtitle }),
      ),
    (card.sections ?? []).map((section) =>
      h("section", { class: "g-section" }, section.header && h("p", { class: "g-label" }, markup(section.header)), widgets(section.widgets ?? [])),
    ),
  );
}

/** Facts that follow each other stand in columns; everything else takes the whole width. */
function widgets(list) {
  const shown = [];
  let facts = null;
  for (const widget of list) {
    const element = widgetOf(widget);
    if (!element) continue;
    if (!widget.decoratedText?.topLabel) {
      facts = null;
      shown.push(element);
      continue;
    }
    if (!facts) shown.push((facts = h("div", { class: "g-facts" })));
    facts.append(element);
  }
  return shown;
}

function widgetOf(widget) {
  if (widget.textParagraph) return h("p", { class: "g-text", dir: "auto" }, markup(widget.textParagraph.text));
  if (widget.decoratedText) return decorated(widget.decoratedText);
  if (widget.buttonList) return h("div", { class: "buttons" }, (widget.buttonList.buttons ?? []).map(buttonOf));
  if (widget.divider) return h("hr");
  return null;
}

function decorated({ topLabel, text, bottomLabel, onClick, button }) {
  const body = h("p", { class: "g-text", dir: "auto" }, markup(text ?? ""));
  const url = onClick?.openLink?.url;
  return h(
    "div",
    { class: "g-fact" },
    h(
      "div",
      {},
      topLabel && h("p", { class: "g-label", dir: "auto", textContent: topLabel }),
      url ? link(url, body) : body,
      bottomLabel && h("p", { class: "g-label", dir: "auto", textContent: bottomLabel }),
    ),
    button && buttonOf(button),
  );
}

function buttonOf(button) {
  const element = link(button.onClick?.openLink?.url ?? "", button.text ?? button.altText ?? "");
  element.className = `button small${button.type === "FILLED" ? " primary" : button.color ? " danger" : ""}`;
  if (element.tagName === "A") element.target = "_blank";
  return element;
}

/** What `html` says, in allowed elements alone: parsed apart from the page, where nothing runs or loads. */
export function markup(html) {
  return [...new DOMParser().parseFromString(String(html), "text/html").body.childNodes].flatMap(clean);
}

function clean(node) {
  if (node.nodeType === Node.TEXT_NODE) return [document.createTextNode(node.data)];
  if (node.nodeType !== Node.ELEMENT_NODE) return [];
  const inner = () => [...node.childNodes].flatMap(clean);
  switch (node.tagName) {
    case "SCRIPT":
    case "STYLE":
      return [];
    case "BR":
      return [h("br")];
    case "A":
      return [link(node.getAttribute("href") ?? "", ...inner())];
    case "FONT":
      return [coloured(node.getAttribute("color") ?? "", inner())];
    default:
      return PLAIN_TAGS[node.tagName] ? [h(PLAIN_TAGS[node.tagName], {}, inner())] : inner();
  }
}

function coloured(colour, children) {
  const element = h("span", {}, children);
  if (COLOUR.test(colour)) element.style.color = colour;
  return element;
}
