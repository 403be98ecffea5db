// Elements, made without ever parsing markup: what people wrote only enters the page as text.

const SVG = "http://www.w3.org/2000/svg";

export const $ = (id) => document.getElementById(id);

/** An element. `props`: properties, `on…` handlers, `dataset`, or attributes (those with a dash, and role). */
export function h(tag, props = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") element.className = value;
    else if (name === "dataset") Object.assign(element.dataset, value);
    else if (name.startsWith("on")) element.addEventListener(name.slice(2), value);
    else if (name in element && !name.includes("-")) element[name] = value;
    else element.setAttribute(name, value === true ? "" : value);
  }
  append(element, children);
  return element;
}

export function append(element, children) {
  for (const child of children.flat(Infinity)) {
    if (child !== undefined && child !== null && child !== false && child !== "") element.append(child);
  }
}

export function icon(name) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("class", "icon");
  svg.setAttribute("aria-hidden", "true");
  const use = document.createElementNS(SVG, "use");
  use.setAttribute("href", `#i-${name}`);
  svg.append(use);
  return svg;
}

/** Words that a person wrote, on their own: each keeps its own direction. */
export const words = (text, tag = "span", name) => h(tag, { dir: "auto", class: name, textContent: text });

/** The address, if it is http(s); else null. */
export function webUrl(url) {
  try {
    const parsed = new URL(url, location.href);
    return /^https?:$/.test(parsed.protocol) ? parsed.href : null;
  } catch {
    return null;
  }
}

export function link(url, ...children) {
  const href = webUrl(url);
  if (href === null) return h("span", {}, ...children);
  if (isOwn(new URL(href).origin)) return h("a", { href, rel: "noopener" }, ...children);
  return h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow" }, ...children);
}

/** Whether pages of `origin` are this desk's: it may be reached under another name than the one that its links bear. */
export const isOwn = (origin) => origin === location.origin || origin === document.body.dataset.origin;

/** The ref of a ticket's page here, or null. */
export function refIn(url) {
  const href = url && webUrl(url);
  const parsed = href && new URL(href);
  if (!parsed || !isOwn(parsed.origin)) return null;
  return /^\/t\/(T-\d+)\/?$/i.exec(parsed.pathname)?.[1].toUpperCase() ?? null;
}

/** The first letters of a name, on one of six colours that is always the same for it. */
export function avatar(name, big = false) {
  let sum = 0;
  for (const letter of name) sum = (sum * 31 + letter.codePointAt(0)) % 997;
  const letters = name.split(/\s+/).filter(Boolean).slice(0, 2).map((word) => [...word][0]).join("").toUpperCase();
  return h("span", { class: `avatar hue-${sum % 6}${big ? " big" : ""}`, "aria-hidden": "true", textContent: letters || "?" });
}

/** Of `all` in a row the one that an arrow, Home or End leads to from the one that has the focus; null for another key. */
export function nextOf(all, { key, currentTarget }) {
  const isTurned = getComputedStyle(currentTarget).direction === "rtl";
  const at = all.indexOf(document.activeElement);
  const to = { ArrowRight: at + (isTurned ? -1 : 1), ArrowLeft: at + (isTurned ? 1 : -1), Home: 0, End: -1 }[key];
  return to === undefined ? null : all.at(to % all.length);
}

/** Said to screen readers, shown nowhere. */
export function say(sentence) {
  const place = $("said");
  if (place) place.textContent = place.textContent === sentence ? `${sentence}\u00a0` : sentence;
}

export const isPhone = () => matchMedia("(max-width: 720px)").matches;
export const hasKeyboard = () => matchMedia("(pointer: fine)").matches;
