// The message box: Enter sends, Shift+Enter breaks the line, a slash offers the commands.

import { seat } from "./live.js";

const draftKey = (form) => `draft ${seat.as} ${seat.place} ${form.dataset.thread ?? ""}`;
const boxOf = (form) => form.querySelector("textarea");

function fit(box) {
  box.style.height = "auto";
  box.style.height = `${Math.min(box.scrollHeight + 2, 240)}px`;
}

function offerCommands(box) {
  const list = box.form.querySelector(".commands");
  if (!list) return;
  let offered = 0;
  for (const entry of list.querySelectorAll("button")) {
    const fits = /^\/\S*$/.test(box.value) && entry.dataset.command.startsWith(box.value);
    entry.parentElement.hidden = !fits;
    offered += fits ? 1 : 0;
  }
  list.hidden = offered === 0;
}

export function whenCommandPicked(entry) {
  const form = entry.closest("form");
  const box = boxOf(form);
  box.value = `${entry.dataset.command} `;
  form.querySelector(".commands").hidden = true;
  box.focus();
}

async function send(form, actWith) {
  const box = boxOf(form);
  const text = box.value;
  if (!text.trim()) return;
  const fields = { place: seat.place, text };
  if (form.dataset.thread) fields.thread = form.dataset.thread;
  box.value = "";
  sessionStorage.removeItem(draftKey(form));
  fit(box);
  offerCommands(box);
  const refusal = await actWith(form.querySelector("button[type=submit]"), "say", fields);
  // What could not be sent comes back, unless something new is being written.
  if (refusal && !boxOf(form).value) boxOf(form).value = text;
}

export function startComposers(actWith) {
  for (const form of document.querySelectorAll("form[data-composer]")) {
    boxOf(form).value = sessionStorage.getItem(draftKey(form)) ?? "";
    fit(boxOf(form));
  }
  document.addEventListener("input", ({ target }) => {
    if (!target.form || !("composer" in target.form.dataset)) return;
    fit(target);
    offerCommands(target);
    sessionStorage.setItem(draftKey(target.form), target.value);
  });
  document.addEventListener("keydown", (event) => {
    const { target: box } = event;
    if (box.tagName !== "TEXTAREA" || !box.form || !("composer" in box.form.dataset)) return;
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      box.form.requestSubmit();
    } else if (event.key === "Tab" && !event.shiftKey) {
      const offered = box.form.querySelector(".commands:not([hidden]) li:not([hidden]) button");
      if (offered) {
        event.preventDefault();
        whenCommandPicked(offered);
      }
    }
  });
  document.addEventListener("submit", (event) => {
    if (!("composer" in event.target.dataset)) return;
    event.preventDefault();
    send(event.target, actWith);
  });
}
