// What the page does when it is touched.

import { ask, askForText, showModals } from "./dialogs.js";
import { act, goTo, seat, toast, watch } from "./live.js";
import { offerAgain, startComposers } from "./composer.js";
import { picked, settleMenu, startMenus } from "./menus.js";
import { startFiles } from "./files.js";
import { fold, startStory } from "./story.js";
import { settleTables, startTables } from "./tables.js";
import { tick } from "./face.js";

function setPending(control, pending) {
  if (!control?.isConnected) return;
  if (pending) control.dataset.pending = "";
  else delete control.dataset.pending;
  control.disabled = pending;
  if (pending) control.setAttribute("aria-busy", "true");
  else control.removeAttribute("aria-busy");
}

// A button that is waiting says so; a field that is waiting stays usable.
async function actWith(control, deed, fields) {
  const isButton = control?.tagName === "BUTTON";
  if (isButton && "pending" in control.dataset) return null;
  const around = control?.closest("details.menu, .field");
  const hadFocus = document.activeElement === control;
  if (isButton) setPending(control, true);
  if (around) around.dataset.waiting = "";
  const refusal = await act(deed, fields);
  if (isButton) setPending(control, false);
  if (around) delete around.dataset.waiting;
  const nowhere = document.activeElement?.matches("body, .modal-body") ?? true;
  if (isButton && hadFocus && nowhere) control.focus();
  if (refusal) toast(refusal);
  return refusal;
}

// ---- blocks

function formFields(form) {
  return [...new FormData(form)].filter(([, value]) => typeof value === "string");
}

function surfaceFields(control) {
  const surface = control.closest("[data-surface]");
  const { surface: kind, channel, ts, viewId } = surface.dataset;
  if (kind === "message") return [["surface", kind], ["channel", channel], ["ts", ts]];
  return [["surface", kind], ["view_id", viewId], ...formFields(surface)];
}

function chosenIn(control) {
  if ("menu" in control.dataset) return picked(control);
  if (control.tagName === "BUTTON") return control.dataset.chosen ? [control.dataset.chosen] : [];
  if (control.type === "checkbox" || control.type === "radio") {
    const boxes = control.closest(".ticks").querySelectorAll("input:checked");
    return [...boxes].map((box) => box.value);
  }
  return [control.value];
}

// Resolves to null when it was done; "" when the person thought better of it.
async function press(control) {
  const template = control.closest(".field, .pressable")?.querySelector("template.confirm-text");
  if (template && !(await ask(template))) return "";
  cancelTyped();
  if (control.dataset.url) window.open(control.dataset.url, "_blank", "noopener");
  control.closest("details.menu")?.removeAttribute("open");
  return actWith(control, "press", [
    ...surfaceFields(control),
    ["action_id", control.dataset.actionId],
    ["block_id", control.dataset.blockId],
    ...chosenIn(control).map((value) => ["chosen", value]),
  ]);
}

// ---- what is typed in an open view is kept, also through a reload

let typedTimer = null;
let unkept = null;

function cancelTyped() {
  clearTimeout(typedTimer);
  unkept = null;
}

function keepTyped(form) {
  cancelTyped();
  unkept = form;
  typedTimer = setTimeout(keepNow, 400);
}

function keepNow() {
  const form = unkept;
  cancelTyped();
  if (!form?.isConnected) return;
  act("typed", [["view_id", form.dataset.viewId], ...formFields(form)]);
}

// Who leaves while the last words wait to be kept finds them again. Not on `pagehide`: by then a
// page that is loaded anew has its new content.
window.addEventListener("beforeunload", keepNow);

// A choice in a menu that the app fills goes to the app, or is kept with what is typed.
async function menuChanged(menu) {
  if ("immediate" in menu.dataset) return press(menu);
  const form = menu.closest("form[data-view-id]");
  cancelTyped();
  return actWith(menu, "typed", [["view_id", form.dataset.viewId], ...formFields(form)]);
}

let dispatchTimer = null;

document.addEventListener("input", (event) => {
  const control = event.target;
  if (control.dataset.dispatch?.includes("on_character_entered")) {
    clearTimeout(dispatchTimer);
    dispatchTimer = setTimeout(() => press(control), 400);
    return;
  }
  const form = control.closest?.("form[data-view-id]");
  const isSearch = "ask" in control.dataset;
  if (form && !isSearch && !("immediate" in control.dataset)) keepTyped(form);
});

document.addEventListener("change", (event) => {
  const control = event.target;
  if (control.id === "who") {
    goTo(control.value, seat.place);
  } else if ("immediate" in (control.dataset ?? {})) {
    // While a year is being typed, the date passes through the first centuries.
    if (control.type.startsWith("date") && control.value && control.value < "1900") return;
    press(control);
  }
});

// ---- buttons

async function edit(control) {
  const text = await askForText("Edit message", control.dataset.edit);
  if (text !== null) await actWith(control, "edit", { ...sent(control), text });
}

// Within a form of a view, which view it is goes along; within a message, which message.
function sent(control) {
  const { viewId } = control.closest("form[data-view-id]")?.dataset ?? {};
  const { channel, ts } = control.closest("article[data-ts]")?.dataset ?? {};
  const where = viewId ? { view_id: viewId } : ts ? { channel, ts } : {};
  return { ...where, ...JSON.parse(control.dataset.send ?? "{}") };
}

function closeMenus(except) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (menu !== except) menu.open = false;
  }
}

document.addEventListener("click", (event) => {
  closeMenus(event.target.closest("details.menu"));
  const control = event.target.closest("button");
  if (!control) return;
  const { dataset } = control;
  if ("press" in dataset) press(control);
  else if ("edit" in dataset) edit(control);
  else if (dataset.close) closeView(control.closest("dialog"), dataset.close, control);
  else if (dataset.do) {
    control.closest("details.message-menu")?.removeAttribute("open");
    actWith(control, dataset.do, sent(control)).then(() => {
      // What the story filled in is to be seen, also over what was typed there before.
      if (dataset.do === "story") document.querySelector("dialog.modal:not([inert]) form")?.reset();
    });
  } else if (control.id === "places-toggle") {
    const open = document.body.classList.toggle("places-open");
    control.setAttribute("aria-expanded", String(open));
  }
});

// A menu opens upwards where there is no room below it.
document.addEventListener(
  "toggle",
  (event) => {
    const menu = event.target;
    if (!menu.matches?.("details.menu") || !menu.open) return;
    const entries = menu.querySelector(".menu-entries");
    menu.dataset.opens = "";
    const edges = (menu.closest(".scroll, .modal-body") ?? document.body).getBoundingClientRect();
    const box = entries.getBoundingClientRect();
    const above = menu.getBoundingClientRect().top - edges.top;
    const up = box.bottom > edges.bottom && above > box.height;
    const left = box.right > edges.right - 8;
    menu.dataset.opens = `${up ? "up" : ""} ${left ? "left" : ""}`;
  },
  true,
);

// ---- forms and modals

const closing = new WeakSet();

async function closeView(dialog, how, control = null) {
  if (closing.has(dialog)) return;
  closing.add(dialog);
  cancelTyped();
  const fields = { view_id: dialog.dataset.viewId, how };
  await actWith(control, "close", fields);
  closing.delete(dialog);
}

document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (form.method === "dialog") return;
  event.preventDefault();
  if ("invite" in form.dataset) {
    const invited = new FormData(form).get("invited");
    if (invited) {
      const fields = { channel: form.dataset.channel, invited };
      await actWith(form.querySelector("button"), "invite", fields);
    }
    return;
  }
  if ("openDm" in form.dataset) {
    await actWith(form.querySelector("button"), "open-dm", formFields(form));
    return;
  }
  const submit = form.querySelector("button[data-submit]");
  if (!submit) return;
  cancelTyped();
  const fields = [["view_id", form.dataset.viewId], ...formFields(form)];
  await actWith(submit, "submit", fields);
  form.querySelector("[aria-invalid=true]")?.focus();
});

document.addEventListener("keydown", (event) => {
  const control = event.target;
  if (event.key === "Enter" && control.dataset?.dispatch && control.tagName === "INPUT") {
    if (!control.dataset.dispatch.includes("on_enter_pressed")) return;
    event.preventDefault();
    press(control);
  } else if (event.key === "Escape") {
    const menu = control.closest?.("details.menu[open]");
    if (menu) {
      event.preventDefault();
      menu.open = false;
      menu.querySelector("summary").focus();
    } else if (!control.closest?.("dialog.question, .commands, [data-composer]")) {
      const top = document.querySelector("dialog.modal:not([inert])");
      if (top) closeView(top, "view");
    }
  }
});

// ---- start

function afterShow() {
  showModals();
  offerAgain();
  settleMenu();
  settleTables();
  fold();
  tick();
}

startComposers(actWith);
startFiles(actWith);
startMenus(surfaceFields, menuChanged);
startStory();
startTables();
showModals();
for (const log of document.querySelectorAll(".scroll[role=log]")) log.scrollTop = log.scrollHeight;
document.getElementById(location.hash.slice(1))?.scrollIntoView({ block: "center" });
setInterval(tick, 1000);
watch(afterShow);
if (seat.place === "home") act("opened", { tab: "home" });
else if (seat.place === "app") act("opened", { tab: "messages" });
document.documentElement.dataset.ready = "true";
