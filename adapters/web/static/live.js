// News by WebSocket. A lost connection is taken up again, and then `onresume` asks for what was missed.

const FIRST_WAIT = 500; // ms
const LONGEST_WAIT = 15_000;
const PATIENCE = 3000; // how long a break stays unmentioned

/** `onmessage(news)`, `onresume()` after a break, `onstate(isUp)`. */
export function listen({ onmessage, onresume, onstate }) {
  let socket = null;
  let wait = FIRST_WAIT;
  let timer = 0;
  let complaint = 0;
  let wasUp = false;

  function connect() {
    clearTimeout(timer);
    if (socket && socket.readyState <= WebSocket.OPEN) return;
    socket = new WebSocket(`${location.origin.replace(/^http/, "ws")}/api/live`);
    const mine = socket;
    mine.onmessage = (message) => {
      if (mine === socket) receive(message.data);
    };
    mine.onclose = () => {
      if (mine === socket) later();
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
    if (wasUp) onresume();
    wasUp = true;
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
      onresume();
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
