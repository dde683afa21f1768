// Menus that the app fills: what is typed goes to the app, and what it offers is chosen from a
// list. Arrows move, Enter chooses, Escape puts the list away, Backspace takes out the last choice.

import { post } from "./live.js";

const PAUSE = 250;
const NARROWEST = 260;
const popup = () => document.getElementById("menu");
const list = () => document.getElementById("menu-list");
const options = () => [...list().querySelectorAll("[role=option]")];
const boxOf = (menu) => menu.querySelector("input[role=combobox]");
const menuOf = (target) => target?.closest?.("[data-menu]") ?? null;

let open = null;
let asked = 0;
let timer = null;
let fieldsOf = null;
let changed = null;

export const picked = (menu) =>
  [...menu.querySelectorAll(".pick input")].map((one) => one.value);

// ---- the list

function place() {
  const { left, top, bottom, width } = open.getBoundingClientRect();
  const shown = popup();
  const wide = Math.max(width, NARROWEST);
  shown.style.left = `${Math.max(8, Math.min(left, innerWidth - wide - 8))}px`;
  shown.style.width = `${wide}px`;
  const below = innerHeight - bottom;
  const up = below < 220 && top > below;
  shown.style.top = up ? "auto" : `${bottom + 4}px`;
  shown.style.bottom = up ? `${innerHeight - top + 4}px` : "auto";
  shown.style.maxHeight = `${Math.min(320, (up ? top : below) - 12)}px`;
}

function close() {
  clearTimeout(timer);
  asked += 1;
  if (!open) return;
  const box = boxOf(open);
  box?.setAttribute("aria-expanded", "false");
  box?.removeAttribute("aria-activedescendant");
  open = null;
  if (popup().matches(":popover-open")) popup().hidePopover();
}

function show(said, html = "") {
  list().innerHTML = html;
  list().hidden = !html;
  const sentence = document.getElementById("menu-said");
  sentence.textContent = said ?? "";
  sentence.hidden = !said;
  const chosen = picked(open);
  for (const option of options()) {
    option.toggleAttribute("data-chosen", chosen.includes(option.dataset.value));
    // Said as well as shown, for the sign alone is not read out.
    if ("chosen" in option.dataset) option.setAttribute("aria-description", "chosen");
  }
  place();
  point(options()[0] ?? null);
}

function point(option) {
  for (const one of options()) one.setAttribute("aria-selected", String(one === option));
  const box = boxOf(open);
  if (option) {
    box.setAttribute("aria-activedescendant", option.id);
    option.scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
}

// ---- asking

function unfold(menu) {
  if (open === menu) return;
  close();
  open = menu;
  boxOf(menu).setAttribute("aria-expanded", "true");
  popup().showPopover();
  show("Looking …");
}

function look(menu, pause = PAUSE) {
  unfold(menu);
  clearTimeout(timer);
  const value = boxOf(menu).value.trim();
  const least = Number(menu.dataset.least);
  asked += 1;
  if (value.length < least) {
    show(`Type at least ${least} ${least === 1 ? "letter" : "letters"}.`);
    return;
  }
  // What was found for fewer letters stays in sight, but Enter does not take it.
  if (options().length) point(null);
  else show("Looking …");
  const mine = asked;
  timer = setTimeout(async () => {
    const { actionId, blockId } = menu.dataset;
    const fields = [["action_id", actionId], ["block_id", blockId], ["value", value]];
    const answer = await post("suggest", [...fieldsOf(menu), ...fields]);
    // Only the answer to what is typed now is shown.
    if (mine === asked && open === menu) show(answer.said, answer.options);
  }, pause);
}

// ---- choosing

function pickOf(menu, value, label) {
  const made = document.createElement("span");
  made.className = "pick";
  made.dataset.key = `${menu.dataset.menu}-${value}`;
  const words = document.createElement("span");
  words.textContent = label;
  const held = document.createElement("input");
  Object.assign(held, { type: "hidden", name: menu.dataset.name, value });
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "unpick", textContent: "✕" });
  remove.setAttribute("aria-label", `Remove ${label}`);
  made.append(words, held, remove);
  return made;
}

async function change(menu, picks) {
  const before = [...menu.querySelectorAll(".pick")];
  for (const pick of before) pick.remove();
  menu.prepend(...picks);
  boxOf(menu).focus();
  // What the sandbox or the person would not have is as it was.
  if ((await changed(menu)) !== null && menu.isConnected) {
    for (const pick of menu.querySelectorAll(".pick")) pick.remove();
    menu.prepend(...before);
  }
}

function choose(menu, option) {
  const { value, label } = option.dataset;
  const before = [...menu.querySelectorAll(".pick")];
  const many = "many" in menu.dataset;
  const there = before.find((pick) => pick.querySelector("input").value === value);
  const most = Number(menu.dataset.most ?? Infinity);
  if (many && !there && before.length >= most) {
    show(`At most ${most} can be chosen.`);
    return;
  }
  boxOf(menu).value = "";
  close();
  if (there) change(menu, many ? before.filter((pick) => pick !== there) : before);
  else change(menu, [...(many ? before : []), pickOf(menu, value, label)]);
}

// ---- the keyboard and the mouse

function steer(event) {
  const menu = menuOf(event.target);
  if (!menu || event.target.getAttribute("role") !== "combobox" || event.isComposing) return;
  const all = options();
  const at = all.findIndex((one) => one.getAttribute("aria-selected") === "true");
  const isOpen = open === menu;
  if (event.key === "ArrowDown" && isOpen) point(all[(at + 1) % all.length] ?? null);
  else if (event.key === "ArrowUp" && isOpen) point(all.at(at - 1) ?? null);
  else if (event.key === "ArrowDown" || (event.key === "Enter" && !isOpen)) look(menu, 0);
  else if (event.key === "Enter") {
    if (all[at]) choose(menu, all[at]);
  } else if (event.key === "Escape" && isOpen) close();
  else if (event.key === "Backspace" && !event.target.value) {
    const before = [...menu.querySelectorAll(".pick")];
    if (before.length) change(menu, before.slice(0, -1));
  } else return;
  event.preventDefault();
  // Nothing else of the page hears of it: Escape would close the modal around.
  event.stopPropagation();
}

// An update can take the menu away, or move it.
export function settleMenu() {
  if (!open) return;
  if (open.isConnected && document.activeElement === boxOf(open)) place();
  else close();
}

export function startMenus(surfaceFields, menuChanged) {
  fieldsOf = surfaceFields;
  changed = menuChanged;
  document.addEventListener("keydown", steer, true);
  document.addEventListener("input", ({ target }) => {
    if ("ask" in target.dataset) look(menuOf(target));
  });
  document.addEventListener("focusout", ({ target }) => {
    if (open && target === boxOf(open)) close();
  });
  document.addEventListener("mousedown", (event) => {
    const option = event.target.closest("#menu [role=option]");
    // The focus stays where the word is typed.
    if (event.target.closest("#menu")) event.preventDefault();
    if (option && open) choose(open, option);
  });
  document.addEventListener("click", ({ target }) => {
    const menu = menuOf(target);
    if (!menu) return;
    const remove = target.closest(".unpick");
    if (remove) {
      const gone = remove.closest(".pick");
      change(menu, [...menu.querySelectorAll(".pick")].filter((pick) => pick !== gone));
    } else {
      boxOf(menu).focus();
      if (open !== menu) look(menu, 0);
    }
  });
  addEventListener("resize", () => open && place());
  document.addEventListener("scroll", ({ target }) => {
    if (open && !popup().contains(target)) place();
  }, true);
}
