// Files: shown in a thread, and on their way to the desk as chips beside what is written.

import { Unreachable, upload } from "./api.js";
import { h, icon } from "./dom.js";

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
  return h("a", { class: "picture", href: file.url, target: "_blank", rel: "noopener" }, image);
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

/** Uploads at once what is added, and shows it in `list`. `onchange` hears of every step. */
export class Basket {
  #items = [];
  #list;
  #onchange;

  constructor(list, onchange = () => {}) {
    this.#list = list;
    this.#onchange = onchange;
  }

  get busy() {
    return this.#items.some((item) => item.state === "busy");
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

  add(chosen) {
    for (const blob of chosen) {
      const item = { blob, name: blob.name || "picture.png", state: "busy", problem: "", file: null };
      this.#items.push(item);
      void this.#send(item);
    }
    this.#show();
  }

  /** Files that are with the desk already. */
  restore(files) {
    this.#items.push(...files.map((file) => ({ name: file.name, state: "done", problem: "", file })));
    this.#show();
  }

  clear() {
    this.#items = [];
    this.#show();
  }

  async #send(item) {
    try {
      item.file = await upload(item.blob);
      item.state = "done";
    } catch (error) {
      item.state = "failed";
      item.problem = error instanceof Unreachable ? "could not be sent; remove it and try again" : error.message;
    }
    this.#show();
  }

  #show() {
    this.#list.hidden = this.#items.length === 0;
    this.#list.replaceChildren(...this.#items.map((item) => this.#chip(item)));
    this.#onchange();
  }

  #chip(item) {
    const words = { busy: "sending…", done: item.file ? size(item.file.size) : "", failed: item.problem }[item.state];
    const drop = () => {
      this.#items = this.#items.filter((other) => other !== item);
      this.#show();
    };
    return h(
      "li",
      { class: `chip ${item.state}` },
      icon(item.state === "failed" ? "alert" : "file"),
      h("span", { class: "chip-name", dir: "auto", textContent: item.name }),
      h("small", { role: item.state === "failed" ? "alert" : undefined, textContent: words }),
      h("button", { type: "button", class: "tool small", "aria-label": `Remove ${item.name}`, onclick: drop }, icon("close")),
    );
  }
}

/** Files that are dropped on `place` or pasted into it go to `take`. */
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
    take([...event.dataTransfer.files]);
  });
  place.addEventListener("paste", (event) => {
    const files = [...(event.clipboardData?.files ?? [])];
    if (!files.length) return;
    event.preventDefault();
    take(files);
  });
}
