// The desk's HTTP API: problems become errors with the sentence for the person, and what is sent twice is done once.

const csrf = document.querySelector("meta[name=csrf]")?.content ?? "";
const WAITS = [400, 1000, 2000, 4000, 8000, 15_000]; // ms between tries while the desk cannot be reached

/** What the desk refused, in words for the person. */
export class Refusal extends Error {
  constructor(problem, status) {
    super(problem.message || problem.detail || problem.title || `The desk answered with ${status}.`);
    this.status = status;
    this.reason = problem.reason ?? "";
    this.problem = problem;
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

/** `key`: the same for the same wish, however often it is sent. `onwait` hears of each wait for the connection;
 * `waits`: how long each takes, in ms; `signal` ends it, as Unreachable. */
export function post(path, value, { key = newKey(), onwait, waits = WAITS, signal } = {}) {
  return request("POST", path, { key, onwait, waits, signal, json: value });
}

export const put = (path, value) => change("PUT", path, value);
export const patch = (path, value) => change("PATCH", path, value);
export const remove = (path) => change("DELETE", path);

const change = (method, path, json) => request(method, path, { key: newKey(), waits: WAITS.slice(0, 3), json });

/** One file, told of on its way: `onprogress(share)` from 0 to 1; `signal` ends it. Raises Refusal, Unreachable, or an
 * AbortError where it was ended. */
export async function upload(file, { onprogress, signal } = {}) {
  const form = new FormData();
  form.append("file", file, file.name);
  const key = newKey();
  for (const wait of [...WAITS.slice(0, 3), null]) {
    const answer = await sendOnce(form, key, { onprogress, signal });
    if (answer !== null) return answer;
    if (wait !== null) await pause(wait);
  }
  throw new Unreachable();
}

/** The answer, or null where trying again makes sense. Only XMLHttpRequest tells how much of a body is on its way. */
function sendOnce(form, key, { onprogress, signal }) {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const stop = () => request.abort();
    const ended = () => reject(new DOMException("The upload was ended.", "AbortError"));
    if (signal?.aborted) {
      ended();
      return;
    }
    signal?.addEventListener("abort", stop);
    request.upload.onprogress = ({ loaded, total }) => onprogress?.(total ? loaded / total : 0);
    request.onabort = ended;
    request.onerror = () => resolve(null);
    request.onload = () => {
      const { status } = request;
      const says = /json/.test(request.getResponseHeader("Content-Type") ?? "");
      if ([502, 503, 504].includes(status) && !says) resolve(null);
      else if (status === 401) resolve(signIn());
      else if (status >= 400) reject(new Refusal(says ? (parsed(request.responseText) ?? {}) : {}, status));
      else resolve(parsed(request.responseText) ?? {});
    };
    request.onloadend = () => signal?.removeEventListener("abort", stop);
    request.open("POST", "/api/files");
    for (const [name, value] of Object.entries(unsafe(key))) request.setRequestHeader(name, value);
    request.send(form);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

const unsafe = (key) => ({ Accept: "application/json", "X-CSRF-Token": csrf, "Idempotency-Key": key });

async function request(method, path, { key, onwait, waits, signal, json }) {
  const headers = method === "GET" ? { Accept: "application/json" } : unsafe(key);
  if (json !== undefined) headers["Content-Type"] = "application/json";
  const options = { method, headers, signal, body: json === undefined ? undefined : JSON.stringify(json) };
  for (const wait of [...waits, null]) {
    const answer = await tryOnce(path, options);
    if (answer !== null) return answer;
    if (wait === null || signal?.aborted) break;
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

let isLeaving = false; // signing in or out is on its way, which nothing may stop
addEventListener("submit", (event) => (isLeaving ||= !event.defaultPrevented && event.target.method === "post"));

const isJson = (response) => /json/.test(response.headers.get("Content-Type") ?? "");

/** The session has ended: sign in, and come back here. */
function signIn() {
  if (!isLeaving) location.assign(`/welcome?next=${encodeURIComponent(location.pathname)}`);
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
