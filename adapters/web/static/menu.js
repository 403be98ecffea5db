// The list of suggestions above the message box, which keeps the focus all the while.

import { $, h, say } from "./dom.js";

/** `ontake(item)`: one was chosen. */
export function createMenu({ ontake }) {
  const box = $("say");
  const menu = $("menu");
  const head = $("menu-head");
  const list = $("menu-list");
  let items = [];
  let active = -1;
  let announced = "";

  function show(found) {
    items = found.items;
    const chosenAlready = found.stage === "command" && items.length > 0;
    head.replaceChildren(...headOf(found));
    head.hidden = !head.childNodes.length;
    list.replaceChildren(...items.map(itemOf));
    list.hidden = items.length === 0;
    menu.hidden = items.length === 0 && head.hidden;
    menu.classList.toggle("hint-only", items.length === 0);
    pick(chosenAlready ? 0 : -1);
    announce(found);
  }

  function hide() {
    menu.hidden = true;
    items = [];
    active = -1;
    announced = "";
    box.removeAttribute("aria-activedescendant");
  }

  function itemOf(item, number) {
    return h(
      "li",
      {
        id: `choice-${number}`,
        role: "option",
        "aria-selected": "false",
        onmousedown: (event) => event.preventDefault(),
        onclick: () => ontake(item),
      },
      h("code", { dir: "auto", textContent: item.label }),
      item.detail && h("span", { dir: "auto", textContent: item.detail }),
    );
  }

  function pick(number) {
    list.children[active]?.setAttribute("aria-selected", "false");
    active = number;
    const chosen = list.children[active];
    if (!chosen) {
      box.removeAttribute("aria-activedescendant");
      return;
    }
    chosen.setAttribute("aria-selected", "true");
    chosen.scrollIntoView({ block: "nearest" });
    box.setAttribute("aria-activedescendant", chosen.id);
  }

  function move(step) {
    if (items.length) pick((active + step + items.length + (active < 0 && step < 0 ? 1 : 0)) % items.length);
  }

  function announce(found) {
    const count = items.length === 1 ? "1 suggestion" : `${items.length} suggestions`;
    const words = found.current ? `${found.current.name}: ${found.current.help}` : count;
    if (words !== announced) say(words);
    announced = words;
  }

  return {
    show,
    hide,
    move,
    get isOpen() {
      return !menu.hidden;
    },
    /** The chosen item; or, for Tab, the first. */
    item: (orFirst) => items[active] ?? (orFirst ? items[0] : undefined),
  };
}

/** The command's usage with the argument that is being typed, and what that is. */
function headOf({ stage, command, current }) {
  if (stage !== "argument") return [];
  const parameters = command.parameters.map((parameter) => {
    const name = parameter.required && parameter.kind !== "ticket" ? `<${parameter.name}>` : `[${parameter.name}]`;
    return [" ", parameter === current ? h("mark", { textContent: name }) : name];
  });
  const help = current?.help || (command.parameters.length ? "Enter sends it" : command.help);
  return [h("code", {}, command.name, ...parameters), h("span", { dir: "auto", textContent: help })];
}
