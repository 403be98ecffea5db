// The pages of the FAQs, which the server wrote: their buttons, and the form that one is written in.

import { post } from "./api.js";
import { renderCard, whileBusy } from "./cards.js";
import { $ } from "./dom.js";
import { createForms } from "./forms.js";
import { here } from "./kept.js";

const SAID = "faq-said"; // what was done, to be said by the page that comes next

const forms = createForms({ onreply: show, keeper: () => "faq", onkept: () => {} });

async function press(action) {
  $("faq-problem").textContent = "";
  try {
    show(await post("/api/actions", { action }));
  } catch (error) {
    $("faq-problem").textContent = error.message;
  }
}

/** A form to fill, a doubt to be settled, or the page of what was changed. */
function show({ form, card }) {
  $("faq-doubt").replaceChildren();
  const own = document.querySelector(".faq-one > .buttons");
  if (own) own.hidden = !form && Boolean(card?.rows.length); // the doubt's own stand in their place
  if (form) {
    forms.open(form);
  } else if (card?.rows.length) {
    const doubt = renderCard(card, { press });
    doubt.tabIndex = -1;
    $("faq-doubt").replaceChildren(doubt);
    doubt.focus();
  } else if (card?.url) {
    here.write(SAID, card.title);
    location.assign(new URL(card.url).pathname);
  }
}

$("faq").addEventListener("click", ({ target }) => {
  const button = target.closest("button[data-action]");
  if (button && !$("faq-doubt").contains(button)) void whileBusy(button, () => press(button.dataset.action));
});

const said = here.read(SAID);
if (said) {
  here.write(SAID, null);
  requestAnimationFrame(() => ($("faq-said").textContent = said));
}
