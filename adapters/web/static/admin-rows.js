// The rows of the admins' pages, as templates/_admin.html has them too.

import { h, icon, words } from "./dom.js";
import { time } from "./times.js";

const ROLES = { requester: "Requester", agent: "Agent", lead: "Lead", admin: "Admin" };
const PLATFORMS = { web: "Web", api: "API", discord: "Discord", slack: "Slack", discourse: "Discourse", email: "Email" };
const STATES = { waiting: "On its way", delivered: "Delivered", failed: "Not delivered", skipped: "Not needed" };
const SINCE = [
  ["1h", "hour"],
  ["1d", "day"],
];
const MARKS = { delivered: "good", failed: "bad" };

const strong = (text) => words(text, "strong");
const span = (...children) => h("span", {}, ...children);
const pill = (text, tone = "") => h("span", { class: `pill ${tone}`, textContent: text });
const title = (...children) => h("p", { class: "admin-title" }, ...children);
const sub = (...children) => h("p", { class: "admin-sub" }, ...children);
const main = (...children) => h("div", { class: "admin-main" }, ...children);
const row = (...children) => h("li", { class: "admin-row" }, ...children);
const reason = (text) => text && words(text, "p", "admin-reason");
const platform = (name) => PLATFORMS[name] ?? name;
const ticket = (ref) => ref && h("a", { class: "ref", href: `/t/${ref}`, textContent: ref });
const none = (sentence) => [h("p", { class: "admin-none quiet", textContent: sentence })];
const listed = (found, render, nothing) => (found.length ? [h("ul", { class: "admin-rows" }, found.map(render))] : none(nothing));
const roles = (grants) => grants.length > 0 && h("ul", { class: "admin-pills", "aria-label": "Roles" }, grants.map(role));

function role({ role: name, team, source, approved = true }) {
  const given = source === "operator" ? "given here" : source;
  const from = given && h("small", { textContent: given + (approved ? "" : ", waits for approval") });
  return h("li", { class: `pill${approved ? "" : " waits"}` }, ROLES[name], team && `, ${team}`, from);
}

/** `given`: the role that waits for approval; without it the sheet asks which one. */
function roleButton(label, says, { id, name }, given) {
  return h("button", { class: "button small", type: "button", dataset: { roleOf: `${name} (${id})`, name, ...(given && { role: given }) }, "aria-label": says, textContent: label });
}

const person = (one) =>
  row(
    main(
      title(strong(one.name), one.standing !== "active" && pill(one.standing, "bad")),
      sub(
        one.email && words(one.email),
        one.email && !one.email_confirmed && span("address not confirmed"),
        one.platforms.length > 0 && span(one.platforms.map(platform).join(", ")),
        span("since ", time(one.since)),
      ),
      roles(one.roles),
    ),
    roleButton("Give a role", `Give ${one.name} a role`, one),
  );

const fact = (name, ...children) => h("div", {}, h("dt", { textContent: name }), h("dd", { dir: "auto" }, ...children));
const names = (people) => people.map(({ name }) => name).join(", ") || "Nobody has signed in as one";
const joined = (parts) => parts.flatMap((part, number) => (number ? [", ", part] : [part]));

const team = (one) =>
  h(
    "li",
    { class: "admin-box" },
    h("h2", {}, words(one.name), h("code", { textContent: one.key })),
    h(
      "dl",
      { class: "fields" },
      fact("Lead", one.lead || "Nobody is named"),
      fact("Leads now", names(one.members.lead)),
      fact("Agents now", names(one.members.agent)),
      fact("Named in bot.toml", one.named.join(", ") || "Nobody"),
      fact("Categories", one.categories.length ? joined(one.categories.map((category) => words(category.name + (category.sensitive ? " (sensitive)" : "")))) : "None"),
      fact("Triage channels", one.places.map((place) => `${platform(place.platform)} ${place.channel}`).join(", ") || "None"),
    ),
  );

function whyWaiting({ person: id, command }) {
  if (!id) return "named in bot.toml; nobody has come with this address yet";
  if (command?.line.includes(" people confirm ")) return "named in bot.toml; has not shown that this address is theirs";
  return "waits for approval";
}

const waiting = (one) =>
  row(
    main(
      title(strong(one.name || one.email)),
      sub(one.name && one.email && words(one.email), span(whyWaiting(one)), one.categories.length > 0 && span(`reads ${one.categories.join(", ")}`)),
      roles(one.roles),
      one.command?.where === "machine" && h("p", { class: "admin-way" }, "On the desk's machine: ", h("code", { dir: "ltr", textContent: one.command.line })),
    ),
    one.command?.where === "desk" && roleButton("Approve", `Approve ${one.name}`, { id: one.person, name: one.name }, one.roles[0].role),
  );

const trouble = (one) =>
  h(
    "li",
    { class: "admin-row tone-warning" },
    icon("alert"),
    main(reason(one.sentence), sub(span(`in the way ${one.count}×`), span("since ", time(one.since)), span("last ", time(one.seen_at)))),
  );

const failure = (one) =>
  row(
    main(
      title(strong(`${one.what} → ${one.where}`), ticket(one.ref), pill(one.may_retry ? "Given up" : "Still trying", one.may_retry ? "bad" : "warn")),
      reason(one.reason),
      sub(span(`no. ${one.id}`), span(`tried ${one.attempts}×`), span("since ", time(one.since)), one.next_try && span("next ", time(one.next_try))),
    ),
    one.may_retry &&
      h("button", { class: "button small", type: "button", dataset: { retry: one.id }, "aria-label": `Try number ${one.id} again` }, icon("again"), "Try again"),
  );

const alert = (one) =>
  row(
    main(
      title(ticket(one.ref), one.title && strong(one.title), one.priority && pill(one.priority, `priority-${one.priority}`), pill(STATES[one.state], MARKS[one.state])),
      reason(one.reason),
      sub(span((one.kind === "alert" ? "alert" : "news of it") + (one.space ? ` to ${one.space}` : "")), span(time(one.sent_at || one.at)), one.attempts > 1 && span(`tried ${one.attempts}×`), one.state === "failed" && span(`number ${one.id} under `, h("a", { href: "/admin/failures", textContent: "Failures" }))),
    ),
  );

const posted = (one) =>
  row(
    main(
      title(h("code", { class: "admin-type", textContent: one.type }), ticket(one.ref), pill(one.state === "skipped" ? "Not sent" : STATES[one.state], MARKS[one.state])),
      reason(one.reason),
      sub(
        span(`no. ${one.id}`),
        one.status && span(`answered ${one.status}`),
        span(time(one.finished_at || one.at)),
        one.attempts > 1 && span(`tried ${one.attempts}×`),
        one.next_try && span("next ", time(one.next_try)),
      ),
    ),
    one.may_replay &&
      h("button", { class: "button small", type: "button", dataset: { replay: one.id }, "aria-label": `Send number ${one.id} again` }, icon("again"), "Send again"),
  );

const sinceButton = (key, [since, name]) =>
  h("button", { class: "button small", type: "button", dataset: { since: `${key} ${since}` }, "aria-label": `Send ${key} all of the last ${name} again`, textContent: `Send the last ${name} again` });

const endpoint = (one) =>
  h(
    "li",
    { class: "admin-box" },
    h("h2", {}, h("code", { textContent: one.key }), one.off && pill("Switched off", "bad")),
    reason(one.off),
    h(
      "dl",
      { class: "fields" },
      fact("Events", one.events.join(", ")),
      fact("Categories", one.categories ? one.categories.join(", ") : "All"),
      fact("Reads", one.reads.join(", ") || "No words that anybody typed"),
    ),
    h(
      "p",
      { class: "admin-acts" },
      one.off ? h("button", { class: "button small", type: "button", dataset: { enable: one.key }, textContent: "Switch on" }) : SINCE.map((since) => sinceButton(one.key, since)),
    ),
    ...listed(one.deliveries, posted, "Nothing was sent yet."),
  );

const head = ["Setting", "Value", "From"];

const table = (one) =>
  h(
    "li",
    { class: "admin-box" },
    h("h2", {}, h("code", { textContent: one.table || "bot.toml" })),
    h(
      "table",
      { class: "settings" },
      h("thead", { class: "hidden" }, h("tr", {}, head.map((name) => h("th", { scope: "col", textContent: name })))),
      h("tbody", {}, one.settings.map(setting)),
    ),
  );

const setting = ({ key, value, secret, from }) =>
  h(
    "tr",
    {},
    h("th", { scope: "row" }, h("code", { textContent: key })),
    h("td", { dir: "auto", class: secret && "quiet", textContent: value }),
    h("td", { class: "quiet", textContent: from }),
  );

const group = (name, found, render) => (found.length ? [h("h2", { class: "admin-group", textContent: name }), ...listed(found, render)] : []);

/** The elements of a section, from what /api/admin answers. `search`: the words that people were looked for by. */
export function rendered(section, data, search) {
  switch (section) {
    case "people": {
      const next = new URLSearchParams({ q: search, after: data.next });
      const more = data.next && h("p", { class: "admin-more" }, h("a", { class: "button", id: "admin-more", href: `/admin/people?${next}`, textContent: "Show more people" }));
      return [...listed(data.people, person, search ? "Nobody here has such a name or address." : "Nobody yet."), ...(more ? [more] : [])];
    }
    case "teams":
      return listed(data.teams, team, "No team yet. bot.toml names them.");
    case "pending":
      return listed(data.pending, waiting, "Nobody waits. Everybody has what they are to have.");
    case "failures":
      if (!data.troubles.length && !data.failures.length) return none("Everything gets through. Nothing was given up, and nothing is in the way.");
      return [...group("In the way", data.troubles, trouble), ...group("Deliveries", data.failures, failure)];
    case "alerts":
      return listed(data.alerts, alert, "No alert yet. A ticket of high or urgent priority raises one.");
    case "webhooks":
      return listed(data.endpoints, endpoint, "No endpoint. [[endpoints]] in bot.toml names them.");
    default:
      return listed(data.tables, table, "There are no settings to show.");
  }
}
