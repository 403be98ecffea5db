// Files: shown in a thread, and on their way to the desk as chips beside what is written.

import { Refusal, Unreachable, upload } from "./api.js";
import { h, icon, say } from "./dom.js";
import { first } from "./first.js";

const AT_ONCE = 3; // uploads
const LIMITS = first.me?.limits ?? { files: Infinity, file_bytes: Infinity };

export function size(bytes) {
  if (bytes < 1000) return `${bytes} B`;
  return bytes < 1_000_000 ? `${Math.round(bytes / 1000)} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
}

/** The files of a message: pictures small, others as a line. */
export function fileList(files) {
  if (!files?.length) return null;
  return h("ul", { class: "files", "aria-label": "Files" }, files.map((file) => h("li", {}, file.is_image ? picture(file) : line(file))));
}

function picture(file) {
  const image = h("img", { src: file.url, alt: file.name, loading: "lazy", decoding: "async" });
  if (file.width && file.height) {
    const scale = Math.min(1, 280 / file.width, 200 / file.height);
    image.width = Math.max(1, Math.round(file.width * scale));
    image.height = Math.max(1, Math.round(file.height * scale));
  }
  return h("a", { class: "picture", href: file.url, target: "_blank", rel: "noopener", title: file.name }, image);
}

function line(file) {
  return h(
    "a",
    { class: "file", href: file.url, download: file.name, rel: "noopener" },
    icon("file"),
    h("span", { dir: "auto", textContent: file.name }),
    h("small", { textContent: size(file.size) }),
  );
}

/** Uploads what is added, and shows it in `list` with how far it is. `onchange` hears of every step. */
export class Basket {
  #items = [];
  #place;
  #left = new Map(); // what waits in places that were left: it stays there, and goes on its way
  #list;
  #onchange;
  #problem = h("p", { class: "problem", role: "alert" });

  constructor(list, onchange = () => {}) {
    this.#list = list;
    this.#onchange = onchange;
  }

  get busy() {
    return this.#items.some(isUnderWay);
  }

  get failed() {
    return this.#items.some((item) => item.state === "failed");
  }

  get count() {
    return this.#items.length;
  }

  /** The desk's files, in the order they were added. */
  get files() {
    return this.#items.filter((item) => item.file).map((item) => item.file);
  }

  /** `folders`: how many came along, which no browser sends. */
  add(chosen, folders = 0) {
    const room = Math.max(0, LIMITS.files - this.#items.length);
    const taken = [...chosen].slice(0, room);
    const tooMany = chosen.length - taken.length;
    this.#complain(folders ? "A folder cannot be sent. Choose the files in it instead." : "");
    if (tooMany) this.#complain(`${LIMITS.files} files go with one message, so ${tooMany} ${tooMany === 1 ? "was" : "were"} left out.`);
    for (const blob of taken) {
      const picture = blob.type.startsWith("image/") && blob.type !== "image/svg+xml";
      const isTooLarge = blob.size > LIMITS.file_bytes;
      const state = isTooLarge ? "failed" : "waits";
      const problem = isTooLarge ? `too large: ${limit()} is the most` : "";
      const preview = picture ? URL.createObjectURL(blob) : "";
      this.#put({ blob: isTooLarge ? null : blob, name: blob.name || "picture.png", state, problem, file: null, preview });
    }
    this.#work();
    this.#onchange();
  }

  /** Files that are with the desk already. */
  restore(files) {
    for (const file of files) this.#put({ name: file.name, state: "done", problem: "", file, preview: file.is_image ? file.url : "" });
    this.#onchange();
  }

  /** Show what belongs to another place; `files`: what was kept for it, where this page knows nothing of it. */
  turnTo(place, files) {
    if (this.#items.length) this.#left.set(this.#place, this.#items);
    const found = this.#left.get(place);
    this.#left.delete(place);
    this.#place = place;
    this.#items = found ?? [];
    this.#list.replaceChildren(...this.#items.map((item) => item.element));
    this.#list.hidden = !this.#items.length;
    this.#complain("");
    this.restore(found ? [] : files);
  }

  clear() {
    for (const item of this.#items) leave(item);
    this.#items = [];
    this.#list.replaceChildren();
    this.#list.hidden = true;
    this.#complain("");
    this.#onchange();
  }

  #complain(sentence) {
    this.#problem.textContent = sentence;
    if (sentence) this.#list.after(this.#problem);
    else this.#problem.remove();
  }

  /** A few at a time: whatever else the page asks the desk for must not wait behind twenty pictures. */
  #work() {
    const all = [...this.#left.values(), this.#items].flat();
    const free = AT_ONCE - all.filter((item) => item.state === "busy").length;
    for (const item of all.filter((one) => one.state === "waits").slice(0, Math.max(0, free))) void this.#send(item);
  }

  async #send(item) {
    item.state = "busy";
    item.problem = "";
    item.ending = new AbortController();
    this.#show(item);
    try {
      item.file = await upload(item.blob, {
        onprogress: (share) => tellShare(item, share),
        signal: item.ending.signal,
      });
      item.state = "done";
    } catch (error) {
      item.state = "failed";
      item.problem = error instanceof Unreachable ? "not sent: no connection" : error.message;
      if (isForGood(error)) item.blob = null;
    }
    this.#work();
    if (item.ending.signal.aborted) return;
    this.#show(item);
    if (!this.#items.includes(item)) return;
    this.#onchange();
    const ready = this.files.length;
    if (!this.busy && !this.failed) say(ready === 1 ? `${item.name} is ready to send` : `${ready} files are ready to send`);
  }

  #put(item) {
    this.#items.push(item);
    item.element = h("li");
    this.#list.append(item.element);
    this.#list.hidden = false;
    this.#show(item);
  }

  #drop(item) {
    leave(item);
    this.#items = this.#items.filter((other) => other !== item);
    const next = item.element.nextElementSibling ?? item.element.previousElementSibling;
    item.element.remove();
    this.#list.hidden = this.#items.length === 0;
    (next?.querySelector("button:last-child") ?? this.#list.parentElement?.querySelector("textarea, input"))?.focus({ preventScroll: true });
    this.#complain("");
    this.#work();
    this.#onchange();
  }

  #show(item) {
    const { state, element, name } = item;
    const held = element.contains(document.activeElement);
    const failed = state === "failed";
    const again = { type: "button", class: "link", "aria-label": `Send ${name} again`, textContent: "Again", onclick: () => this.#again(item) };
    const away = { type: "button", class: "tool small", "aria-label": `${isUnderWay(item) ? "Cancel" : "Remove"} ${name}`, onclick: () => this.#drop(item) };
    element.className = `chip ${isUnderWay(item) ? "busy" : state}`;
    element.replaceChildren(
      item.preview && !failed ? h("img", { class: "chip-picture", src: item.preview, alt: "" }) : icon(failed ? "alert" : "file"),
      h("span", { class: "chip-name", dir: "auto", textContent: name, title: name }),
      wordsOf(item),
      failed && item.blob ? h("button", again) : "",
      h("button", away, icon("close")),
    );
    if (held) element.querySelector("button:last-child").focus();
  }

  #again(item) {
    item.state = "waits";
    this.#show(item);
    this.#work();
    this.#onchange();
  }
}

/** The largest size in the desk's words, which count in powers of two. */
const limit = () => (LIMITS.file_bytes < 2 ** 20 ? `${Math.floor(LIMITS.file_bytes / 2 ** 10)} kB` : `${Math.floor(LIMITS.file_bytes / 2 ** 20)} MB`);

/** Whether the desk would refuse the file once more. */
const isForGood = (error) => error instanceof Refusal && error.status < 500 && ![408, 409, 429].includes(error.status);

const isUnderWay = ({ state }) => state === "waits" || state === "busy";

function wordsOf(item) {
  const { state, file, problem, name } = item;
  if (isUnderWay(item)) return h("progress", { max: 1, value: 0, "aria-label": `Sending ${name}` });
  return h("small", { role: state === "failed" ? "alert" : undefined, textContent: state === "failed" ? problem : file ? size(file.size) : "" });
}

/** Once all of it is there, the desk looks at it: then the bar says only that it is at work. */
function tellShare(item, share) {
  const bar = item.element.querySelector("progress");
  if (!bar) return;
  if (share < 1) bar.value = share;
  else bar.removeAttribute("value");
}

function leave({ ending, preview }) {
  ending?.abort();
  if (preview.startsWith("blob:")) URL.revokeObjectURL(preview);
}

/** Files that are dropped on `place` or pasted into it go to `take(files, folders)`. */
export function catchFiles(place, take) {
  const carriesFiles = (transfer) => [...(transfer?.types ?? [])].includes("Files");
  place.addEventListener("dragover", (event) => {
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    place.classList.add("dropping");
  });
  place.addEventListener("dragleave", (event) => {
    if (!place.contains(event.relatedTarget)) place.classList.remove("dropping");
  });
  place.addEventListener("drop", (event) => {
    place.classList.remove("dropping");
    if (!carriesFiles(event.dataTransfer)) return;
    event.preventDefault();
    const dropped = [...event.dataTransfer.items].filter((item) => item.kind === "file");
    const files = dropped.filter((item) => !item.webkitGetAsEntry?.()?.isDirectory);
    take(files.map((item) => item.getAsFile()).filter(Boolean), dropped.length - files.length);
  });
  place.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}

// Beside such a place the browser would leave the page and show the file in its stead.
for (const kind of ["dragover", "drop"]) {
  addEventListener(kind, (event) => {
    if (event.defaultPrevented || ![...(event.dataTransfer?.types ?? [])].includes("Files")) return;
    event.preventDefault();
    event.dataTransfer.dropEffect = "none";
  });
}
