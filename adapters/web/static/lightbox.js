// Pictures of a thread, large: one after the other by arrows, put away by Esc.

import { h, icon, words } from "./dom.js";

/** `pictures()`: `{url, name, by}` of all that the thread shows, in their order. A press on one in `place` opens it. */
export function createLightbox(place, pictures) {
  const image = h("img", { alt: "" });
  const caption = words("", "p", "lightbox-name");
  const count = h("p", { class: "lightbox-count" });
  const whole = h("a", { class: "button small", target: "_blank", rel: "noopener", textContent: "Open the original" });
  const back = arrow("Previous picture", "back", -1);
  const on = arrow("Next picture", "back", 1);
  on.classList.add("turned");
  const dialog = h(
    "dialog",
    { class: "lightbox", "aria-label": "Picture" },
    h(
      "header",
      { class: "lightbox-head" },
      caption,
      count,
      whole,
      h("button", { type: "button", class: "tool", "aria-label": "Close", onclick: () => dialog.close() }, icon("close")),
    ),
    h("div", { class: "lightbox-stage" }, back, image, on),
  );
  document.body.append(dialog);
  let all = [];
  let at = 0;

  function arrow(name, sign, step) {
    return h("button", { type: "button", class: "tool lightbox-arrow", "aria-label": name, onclick: () => move(step) }, icon(sign));
  }

  function show(index) {
    at = index;
    const { url, name, by } = all[at];
    image.src = url;
    image.alt = name;
    caption.textContent = by ? `${name} · ${by}` : name;
    count.textContent = all.length > 1 ? `${at + 1} of ${all.length}` : "";
    whole.href = url;
    back.hidden = on.hidden = all.length < 2;
  }

  function move(step) {
    if (all.length > 1) show((at + step + all.length) % all.length);
  }

  dialog.addEventListener("keydown", (event) => {
    const isTurned = getComputedStyle(dialog).direction === "rtl";
    const step = { ArrowRight: isTurned ? -1 : 1, ArrowLeft: isTurned ? 1 : -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    move(step);
  });
  dialog.addEventListener("click", (event) => {
    if (event.target === dialog || event.target.classList.contains("lightbox-stage")) dialog.close();
  });
  dialog.addEventListener("close", () => image.removeAttribute("src"));

  place.addEventListener("click", (event) => {
    const pressed = event.target.closest("a.picture");
    if (!pressed || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const url = pressed.getAttribute("href");
    all = pictures();
    // Of a message that is still on its way the thread knows nothing: then it is those beside it.
    if (!all.some((one) => one.url === url)) all = [...pressed.closest("ul").querySelectorAll("a.picture")].map(pictureOf);
    show(all.findIndex((one) => one.url === url));
    // The dialog gives the focus back to whatever had it: the picture that was pressed.
    pressed.focus({ preventScroll: true });
    dialog.showModal();
  });
}

const pictureOf = (anchor) => ({ url: anchor.getAttribute("href"), name: anchor.querySelector("img").alt, by: "" });
