// News by WebSocket. Whenever a connection begins, `onresume` asks for what was missed: since the last one, or since the
// page was made.

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 15_000;
const PATIENCE = 3000; // how long a break stays unmentioned

/**
 * `onmessage(news)`, `onstate(isUp)`; `onresume(isOther)` once news come, by another connection than before or not;
 * `onrefused()`: a connection did not come about.
 */
export function listen({ onmessage, onresume, onstate, onrefused }) {
  let socket = null;
  let wait = FIRST_WAIT;
  let timer = 0;
  let complaint = 0;
  let connections = 0;

  function connect() {
    clearTimeout(timer);
    if (socket && socket.readyState <= WebSocket.OPEN) return;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/live`);
    const mine = socket;
    let wasOpen = false;
    mine.onopen = () => (wasOpen = true);
    mine.onmessage = (message) => {
      if (mine === socket) receive(message.data);
    };
    mine.onclose = () => {
      if (mine !== socket) return;
      later();
      if (!wasOpen) onrefused();
    };
  }

  function receive(data) {
    const news = read(data);
    if (news === null) return;
    if (news.type !== "hello") {
      onmessage(news);
      return;
    }
    wait = FIRST_WAIT;
    clearTimeout(complaint);
    complaint = 0;
    onstate(true);
    connections += 1;
    onresume(connections > 1);
  }

  function later() {
    socket = null;
    complaint ||= setTimeout(() => onstate(false), PATIENCE);
    timer = setTimeout(connect, wait * (0.7 + Math.random() * 0.6));
    wait = Math.min(wait * 2, LONGEST_WAIT);
  }

  function again() {
    if (document.hidden) return;
    wait = FIRST_WAIT;
    if (socket?.readyState === WebSocket.OPEN) {
      onstate(true);
      onresume(false);
    } else if (!socket) connect();
  }

  addEventListener("online", again);
  addEventListener("offline", () => onstate(false));
  document.addEventListener("visibilitychange", again);
  connect();
}

function read(data) {
  try {
    return JSON.parse(data);
  } catch {
    return null;
  }
}
