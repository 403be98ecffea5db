// The desk's HTTP API: problems become errors with the sentence for the person, and what is sent twice is done once.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const WAITS = [400, 1000, 2000, 4000, 8000, 15_000]; // ms between tries while the desk cannot be reached

/** What the desk refused, in words for the person. */
export class Refusal extends Error {
  constructor(problem, status) {
    super(problem.message || problem.detail || problem.title || `The desk answered with ${status}.`);
    this.status = status;
    this.reason = problem.reason ?? "";
  }
}

/** The desk could not be reached; nothing is known of what became of the request. */
export class Unreachable extends Error {
  constructor() {
    super("The desk cannot be reached. Check the connection; what you wrote is kept.");
  }
}

export function newKey() {
  return [...crypto.getRandomValues(new Uint8Array(16))].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

export const get = (path) => request("GET", path, { waits: WAITS.slice(0, 2) });

/** `key`: the same for the same wish, however often it is sent. `onwait` hears of each wait for the connection. */
export function post(path, value, { key = newKey(), onwait } = {}) {
  return request("POST", path, { key, onwait, waits: WAITS, json: value });
}

export async function upload(file) {
  const form = new FormData();
  form.append("file", file, file.name);
  return request("POST", "/api/files", { key: newKey(), waits: WAITS.slice(0, 3), form });
}

async function request(method, path, { key, onwait, waits, json, form }) {
  const headers = { Accept: "application/json" };
  if (method !== "GET") Object.assign(headers, { "X-CSRF-Token": csrf, "Idempotency-Key": key });
  if (json !== undefined) headers["Content-Type"] = "application/json";
  const options = { method, headers, body: form ?? (json === undefined ? undefined : JSON.stringify(json)) };
  for (const wait of [...waits, null]) {
    const answer = await tryOnce(path, options);
    if (answer !== null) return answer;
    if (wait === null) break;
    onwait?.();
    await pause(wait);
  }
  throw new Unreachable();
}

/** The answer, or null where trying again makes sense. */
async function tryOnce(path, options) {
  let response;
  try {
    response = await fetch(path, options);
  } catch {
    return null;
  }
  if ([502, 503, 504].includes(response.status) && !isJson(response)) return null;
  if (response.status === 401) return signIn();
  const body = isJson(response) ? await response.json().catch(() => ({})) : {};
  if (!response.ok) throw new Refusal(body, response.status);
  return body;
}

const isJson = (response) => /json/.test(response.headers.get("Content-Type") ?? "");

/** The session has ended: sign in, and come back here. */
function signIn() {
  location.assign(`/welcome?next=${encodeURIComponent(location.pathname)}`);
  return new Promise(() => {});
}

/** Wait, but no longer than until the connection is back. */
function pause(milliseconds) {
  return new Promise((resolve) => {
    const timer = setTimeout(done, milliseconds);
    function done() {
      clearTimeout(timer);
      removeEventListener("online", done);
      resolve();
    }
    addEventListener("online", done);
  });
}
