// What the tour says, for each role. `at`: the places a step may point at, the best first; one that does not show (on a
// phone, or with no ticket open) is passed over. `area`: what a phone, which shows one area at a time, shows for it.

const MESSAGE_BOX = [".box"];
const ACCOUNT = [".account"];

const ASKING = [
  {
    at: [...MESSAGE_BOX, "#open-ticket"],
    area: "talk",
    title: "Ask here",
    words: "Say what is the matter, in a few words; paste a screenshot or drop a file. A thread of your own opens, which you and the people who help can read.",
  },
  {
    at: ["#thread-list li", "#list-title"],
    area: "list",
    title: "Your tickets",
    words: "Everything that you asked, the newest first. A mark shows where somebody wrote since you looked.",
  },
  {
    at: ["#open-ticket", "#type-command"],
    area: "list",
    title: "Or by a form",
    words: "The questions one by one, if you prefer. And / in the message box lists every command.",
  },
  {
    at: ["#bell"],
    title: "You will hear of it",
    words: "News of your tickets waits under the bell; there you also switch on notifications. Your account beside it shows this tour again.",
  },
];

const FILTERS = {
  at: ["#views"],
  area: "list",
  title: "What waits for you",
  words: "Unassigned, yours, urgent, waiting: each with its count. A filter that you set below can be saved beside them.",
};
const TICKETS = {
  at: ["#thread-list li", ".list-line"],
  area: "list",
  title: "Most urgent first",
  words: "Open a ticket with a press, or with j and k and Enter. Its box selects it: several at once can be claimed, handed on or resolved, and one Undo takes that back.",
};
const BOX = {
  at: MESSAGE_BOX,
  area: "talk",
  title: "Reply, note or command",
  words: "A reply goes to the person who asked. A note is yellow and only staff read it. / is for every command.",
};
const DETAILS = {
  at: ["#facts .facts-head", ".facts-toggle", "#thread-list li", ".list-line", "#home"],
  area: "talk",
  title: "Everything about it",
  words: "Once a ticket is open, its state, its people, their other tickets and its whole history stand beside it.",
};
const FIND = {
  at: ["#find", "#type-command"],
  area: "list",
  title: "Find anything",
  words: "A ticket, a command, a filter: find it here, or by Ctrl+K. Press ? to see every key: c claims, r replies, n notes, e resolves.",
};
const NEWS = {
  at: ["#bell"],
  title: "Pings",
  words: "A new ticket for your team, an answer, a ticket somebody gave you: it waits here. Switch on notifications there, to hear of it while you look elsewhere.",
};

export const TOURS = {
  student: ASKING,
  agent: [FILTERS, TICKETS, BOX, DETAILS, FIND, NEWS],
  lead: [
    FILTERS,
    {
      at: ["#filter-toggle", ".filter-line"],
      area: "list",
      title: "Look at it your way",
      words: "Filter by team, agent, priority or tag, and save the view. “Unassigned” and “Urgent” are where help is needed first.",
    },
    TICKETS,
    BOX,
    {
      at: [".demo-alerts", "#bell"],
      title: "What cannot wait",
      words: "Urgent tickets raise an alert in your alert space, and you hear of them here.",
    },
    FIND,
  ],
  admin: [
    {
      at: ACCOUNT,
      title: "Administration",
      words: "In your account menu: people and their roles, teams, what could not be delivered, alerts, and the settings as they are.",
    },
    FILTERS,
    BOX,
    {
      at: ["#bell"],
      title: "What the desk needs from you",
      words: "Where something stands in the desk's way, a missing permission or a channel that is gone, you are told once, here.",
    },
    FIND,
  ],
};

const BY_RANK = ["admin", "lead", "agent"];

/** The tour for whoever has `roles`: the highest counts. */
export const tourFor = (roles) => BY_RANK.find((role) => roles.includes(role)) ?? "student";
