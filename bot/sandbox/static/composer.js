// The message box: Enter sends, Shift+Enter breaks the line. A slash offers the commands, @ people,
// # channels: arrows choose one, Tab or Enter takes it, Escape puts the list away.

import { filesOf, setFiles } from "./files.js";
import { seat } from "./live.js";

const draftKey = (form) => `draft ${seat.as} ${seat.place} ${form.dataset.thread ?? ""}`;
const boxOf = (form) => form.querySelector("textarea");

function fit(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`;
}

const listOf = () => document.getElementById("offers");
const offered = () => [...listOf().querySelectorAll("li:not([hidden])")];
const isOffering = (form) => "offering" in boxOf(form).dataset;

function place(list, box) {
  const { left, top, width } = box.getBoundingClientRect();
  list.style.left = `${left}px`;
  list.style.width = `${width}px`;
  list.style.bottom = `${innerHeight - top + 4}px`;
}

// The command or name that is being written, up to where the caret is.
function begun(box) {
  const before = box.value.slice(0, box.selectionStart);
  return /^\/\S*$/.exec(before)?.[0] ?? /(?<!\S)[@#][^@#\n]{0,40}$/.exec(before)?.[0] ?? null;
}

function choose(form, chosen) {
  const box = boxOf(form);
  for (const entry of offered()) {
    entry.setAttribute("aria-selected", String(entry === chosen));
  }
  if (chosen) {
    box.setAttribute("aria-activedescendant", chosen.id);
    chosen.scrollIntoView({ block: "nearest" });
  } else box.removeAttribute("aria-activedescendant");
}

function offer(box) {
  const list = listOf();
  const typed = begun(box)?.toLowerCase();
  // In a thread there are no commands.
  const word = box.form.dataset.thread && typed?.[0] === "/" ? undefined : typed;
  for (const entry of list.children) {
    const { insert } = entry.dataset;
    // Of a name any word may be begun with.
    const starts = insert.toLowerCase().startsWith(word);
    const inside = insert[0] === word?.[0] && word.length > 1
      && insert.toLowerCase().includes(` ${word.slice(1)}`);
    entry.hidden = !word || !(starts || inside);
  }
  const first = offered()[0];
  list.hidden = !first || first.dataset.insert.toLowerCase() === word;
  box.toggleAttribute("data-offering", !list.hidden);
  if (first) place(list, box);
  choose(box.form, list.hidden ? null : first);
}

function putAway(form) {
  listOf().hidden = true;
  boxOf(form).removeAttribute("data-offering");
  choose(form, null);
}

function take(entry, box) {
  const from = box.selectionStart - (begun(box)?.length ?? 0);
  box.setRangeText(`${entry.dataset.insert} `, from, box.selectionStart, "end");
  box.dispatchEvent(new Event("input", { bubbles: true }));
  putAway(box.form);
  box.focus();
}

// Whether the key was for the list.
function steer(form, key) {
  const entries = offered();
  const at = entries.findIndex((one) => one.getAttribute("aria-selected") === "true");
  if (key === "ArrowDown") choose(form, entries[(at + 1) % entries.length]);
  else if (key === "ArrowUp") choose(form, entries.at(at - 1));
  else if (key === "Tab" || key === "Enter") take(entries[Math.max(at, 0)], boxOf(form));
  else if (key === "Escape") putAway(form);
  else return false;
  return true;
}

let earlier = Promise.resolve();

// One after the other, as they were written: who is quick sends the next message while the button
// still waits for the one before.
function send(form, actWith) {
  const box = boxOf(form);
  const text = box.value;
  const files = filesOf(form);
  if (!text.trim() && !files.length) return;
  const fields = [["place", seat.place], ["text", text], ...files.map((file) => ["file", file])];
  if (form.dataset.thread) fields.push(["thread", form.dataset.thread]);
  box.value = "";
  setFiles(form, []);
  sessionStorage.removeItem(draftKey(form));
  fit(box);
  offer(box);
  const said = earlier.then(async () => {
    const refusal = await actWith(form.querySelector("button[type=submit]"), "say", fields);
    // What could not be sent comes back, unless something new is being written.
    if (refusal && !boxOf(form).value) boxOf(form).value = text;
    if (refusal && !filesOf(form).length) setFiles(form, files);
  });
  earlier = said.catch(() => {});
}

// An update brings the list as it is before anybody types.
export function offerAgain() {
  const box = document.activeElement;
  if (box?.matches("form[data-composer] textarea") && "offering" in box.dataset) {
    offer(box);
  }
}

export function startComposers(actWith) {
  for (const form of document.querySelectorAll("form[data-composer]")) {
    boxOf(form).value = sessionStorage.getItem(draftKey(form)) ?? "";
    fit(boxOf(form));
  }
  document.addEventListener("input", ({ target }) => {
    if (!target.form || !("composer" in target.form.dataset)) return;
    fit(target);
    offer(target);
    sessionStorage.setItem(draftKey(target.form), target.value);
  });
  document.addEventListener("keydown", (event) => {
    const { target: box } = event;
    if (box.tagName !== "TEXTAREA" || !box.form || !("composer" in box.form.dataset)) return;
    if (event.shiftKey || event.isComposing) return;
    if (isOffering(box.form) && steer(box.form, event.key)) event.preventDefault();
    else if (event.key === "Enter") {
      event.preventDefault();
      box.form.requestSubmit();
    }
  });
  document.addEventListener("focusout", ({ target }) => {
    if (target.form && "composer" in target.form.dataset) putAway(target.form);
  });
  document.addEventListener("mousedown", (event) => {
    const entry = event.target.closest("#offers li");
    if (!entry) return;
    // The caret stays where the word is.
    event.preventDefault();
    take(entry, document.querySelector("textarea[data-offering]"));
  });
  document.addEventListener("submit", (event) => {
    if (!("composer" in event.target.dataset)) return;
    event.preventDefault();
    send(event.target, actWith);
  });
}
