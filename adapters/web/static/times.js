// Times with their distance, which goes on counting while the page is open.

import { h } from "./dom.js";

const full = new Intl.DateTimeFormat(undefined, { dateStyle: "full", timeStyle: "short" });
const clock = new Intl.DateTimeFormat(undefined, { timeStyle: "short" });
const day = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short" });
const dayOfYear = new Intl.DateTimeFormat(undefined, { day: "numeric", month: "short", year: "numeric" });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: "long", day: "numeric", month: "long" });

const midnight = (at) => new Date(at.getFullYear(), at.getMonth(), at.getDate()).getTime();
const daysAgo = (at) => Math.round((midnight(new Date()) - midnight(at)) / 86_400_000);

/** "just now", "3 min ago", "yesterday", else a date; of what is to come "in a moment", "in 1 h 29 min", "tomorrow". */
export function distance(at) {
  const seconds = (Date.now() - at.getTime()) / 1000;
  const days = daysAgo(at);
  const near = seconds < -SKEW ? ahead(-seconds, days) : behind(seconds, days);
  return near ?? dateOf(at);
}

/** With the year where it is another. */
const dateOf = (at) => (at.getFullYear() === new Date().getFullYear() ? day : dayOfYear).format(at);

const SKEW = 5; // seconds that this clock may be behind the desk's: what is that near is not to come

function behind(seconds, days) {
  if (seconds < 60) return "just now";
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86_400 && days < 2) return `${Math.floor(seconds / 3600)} h ago`;
  if (days === 1) return "yesterday";
  return days < 14 ? `${days} days ago` : null;
}

/** To the nearest, not rounded down: what is 119 minutes and a half away is 2 hours away. */
function ahead(seconds, days) {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return "in a moment";
  if (minutes < 60) return `in ${minutes} min`;
  if (minutes < 600 && minutes % 60) return `in ${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  if (seconds < 86_400 && days > -2) return `in ${Math.round(seconds / 3600)} h`;
  if (days === -1) return "tomorrow";
  return days > -14 ? `in ${-days} days` : null;
}

/** "Today", "Yesterday", "Monday, 2 March". */
export function dayName(at) {
  const days = daysAgo(at);
  return days === 0 ? "Today" : days === 1 ? "Yesterday" : weekday.format(at);
}

/** `style`: "distance", "clock" (14:30) or "both" (2 Mar, 14:30 · 3 h ago). The whole time is its title. */
export function time(iso, style = "distance") {
  const at = new Date(iso);
  if (Number.isNaN(at.getTime())) return h("span", { textContent: String(iso) });
  const element = h("time", { dateTime: iso, title: full.format(at), dataset: { style } });
  write(element, at);
  return element;
}

/** The mark of a message whose words were changed; when is its title. */
export function editedMark(iso) {
  const at = new Date(iso);
  return h("time", { class: "edited", dateTime: iso, title: `Edited on ${full.format(at)}`, textContent: "(edited)" });
}

function write(element, at) {
  const { style } = element.dataset;
  const near = distance(at);
  const said = style === "clock" ? clock.format(at) : style === "both" ? `${dateOf(at)}, ${clock.format(at)}` : near;
  const whole = style === "both" && !said.startsWith(near) ? `${said} · ${near}` : said;
  if (element.textContent !== whole) element.textContent = whole;
}

setInterval(() => {
  if (document.hidden) return;
  for (const element of document.querySelectorAll("time[data-style]")) write(element, new Date(element.dateTime));
}, 20_000);
