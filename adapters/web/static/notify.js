// Notifications of the device itself: for whoever switched them on, and only while nobody looks at the page. What they
// say is what a ping's card says in its two lines; of a sensitive ticket that is its ref and no more.

import { $, refIn } from "./dom.js";
import { everywhere } from "./kept.js";

const LONGEST = 120; // characters of either line
const ASKED_FOR = 250; // ms in which another window of the desk may say that somebody looks at it

const WORDS = {
  on: "You hear of news while you look elsewhere.",
  off: "Off. Switch it on to hear of news while you look elsewhere.",
  waiting: "Your browser is asking you now.",
  unanswered: "Your browser was given no answer. Switch it on again to be asked again.",
  denied: "Your browser blocks notifications from this desk. Allow them in its settings for this site (the sign beside the address), then switch this on.",
  missing: "This browser has no notifications for a page. News still shows up here.",
};

/** `does.open(ref)` shows a thread; `keeper`: who is signed in. */
export function createNotify(does, keeper) {
  const key = `notify:${keeper}`;
  const button = $("notify-switch");
  const words = $("notify-words");
  const channel = "BroadcastChannel" in window ? new BroadcastChannel("threaddesk.notices") : null;
  const looked = new Set(); // ids of notices that came while another window was looked at

  const isPossible = () => "Notification" in window && isSecureContext;
  const isWished = () => everywhere.text(key) === "on";
  const isOn = () => isPossible() && isWished() && Notification.permission === "granted";

  function show(state = null) {
    const now = state ?? (!isPossible() ? "missing" : Notification.permission === "denied" ? "denied" : isOn() ? "on" : "off");
    button.setAttribute("aria-checked", String(isOn()));
    button.disabled = now === "missing";
    words.textContent = WORDS[now];
  }

  async function press() {
    if (isOn()) {
      everywhere.keep(key, "off");
      show();
      return;
    }
    show("waiting");
    const permission = await Notification.requestPermission();
    if (permission === "granted") everywhere.keep(key, "on");
    show(permission === "default" ? "unanswered" : null);
  }

  /** A notice came. Where another window is looked at, that one shows it. */
  function arrive(notice) {
    if (document.visibilityState === "visible" && document.hasFocus()) {
      channel?.postMessage(notice.id);
      return;
    }
    if (isOn()) setTimeout(() => looked.has(notice.id) || put(notice), ASKED_FOR);
  }

  function put({ id, card }) {
    const ref = refIn(card.url);
    try {
      const shown = new Notification(cut(card.title), { body: cut(card.subtitle ?? ""), tag: `threaddesk-${id}`, icon: iconUrl() });
      shown.onclick = () => {
        window.focus();
        if (ref) does.open(ref);
        shown.close();
      };
    } catch {
      // Chromium on Android has the name and the permission, but only a service worker may show one there.
      everywhere.keep(key, "off");
      show("missing");
    }
  }

  channel?.addEventListener("message", ({ data }) => {
    looked.add(data);
    if (looked.size > 200) looked.delete(looked.values().next().value);
  });
  button.addEventListener("click", () => void press());
  navigator.permissions
    ?.query({ name: "notifications" })
    .then((status) => status.addEventListener("change", () => show()))
    .catch(() => {}); // a browser that cannot be asked this shows the state of the moment
  show();
  return { arrive };
}

function cut(line) {
  const letters = [...line];
  return letters.length > LONGEST ? `${letters.slice(0, LONGEST - 1).join("")}…` : line;
}

const iconUrl = () => document.querySelector("link[rel=icon]")?.href;
