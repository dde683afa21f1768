// Talks to the sandbox: what changed, and what the person did.

import { morphChildren } from "./morph.js";

const meta = (name) => document.querySelector(`meta[name="sandbox-${name}"]`).content;
const token = meta("token");
const page = meta("page");
let seen = Number(meta("version"));
let stamp = meta("stamp");
let waiting = [];

export const seat = document.body.dataset;

function show({ version, stamp: fresh, token: theirs, parts }, afterShow) {
  if (theirs !== token) {
    location.reload();
    return;
  }
  const logs = [...document.querySelectorAll(".scroll")].map((log) => [
    log.dataset.key,
    log.scrollHeight - log.scrollTop - log.clientHeight < 60,
  ]);
  for (const [name, html] of Object.entries(parts)) {
    const fresh = document.createElement("template");
    fresh.innerHTML = html;
    morphChildren(document.getElementById(`part-${name}`), fresh.content);
  }
  for (const [key, wasAtEnd] of logs) {
    const log = document.querySelector(`.scroll[data-key="${CSS.escape(key)}"]`);
    if (log && wasAtEnd && log.getAttribute("role") === "log") log.scrollTop = log.scrollHeight;
  }
  seen = version;
  stamp = String(fresh);
  afterShow();
  waiting = waiting.filter(({ wanted, done }) => {
    if (version < wanted) return true;
    done();
    return false;
  });
}

function whenShown(wanted) {
  if (seen >= wanted) return Promise.resolve();
  return new Promise((done) => {
    waiting.push({ wanted, done });
  });
}

function untilVisible() {
  if (!document.hidden) return Promise.resolve();
  // A browser opens few connections to one host, so that tabs in the background do not hold one.
  return new Promise((done) => {
    document.addEventListener("visibilitychange", done, { once: true });
  });
}

const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds));

export async function watch(afterShow) {
  const asked = new URLSearchParams({ as: seat.as, place: seat.place });
  if (seat.thread) asked.set("thread", seat.thread);
  if (seat.around) asked.set("around", "1");
  if (document.body.classList.contains("is-framed")) asked.set("framed", "1");
  if (seat.pages) asked.set("pages", seat.pages);
  if (seat.new) asked.set("new", seat.new);
  asked.set("page", page);
  for (;;) {
    await untilVisible();
    asked.set("after", seen);
    asked.set("stamp", stamp);
    try {
      const answer = await fetch(`/page/live?${asked}`);
      if (!answer.ok) throw new Error(`status ${answer.status}`);
      document.body.classList.remove("is-offline");
      if (answer.status === 200) show(await answer.json(), afterShow);
    } catch {
      document.body.classList.add("is-offline");
      await pause(1000);
    }
  }
}

// Leads to somebody's place, on this page or in the frame that it is in.
export function goTo(as, place) {
  const asked = new URLSearchParams({ as, place });
  if (document.body.classList.contains("is-framed")) asked.set("framed", "1");
  location.assign(`/?${asked}`);
}

// What the sandbox says to a post: always `said`, which is null or a sentence for the person.
export async function post(deed, fields) {
  const pairs = Array.isArray(fields) ? fields : Object.entries(fields);
  const withFiles = pairs.some(([, value]) => value instanceof File);
  const body = withFiles ? new FormData() : new URLSearchParams();
  for (const [name, value] of pairs) body.append(name, value);
  body.append("as", seat.as);
  body.append("page", page);
  let answer;
  try {
    answer = await fetch(`/page/${deed}`, {
      method: "POST",
      headers: { "X-Sandbox-Page": token },
      body,
      // What is typed is also kept when the page is left; a browser keeps no files alive.
      keepalive: deed === "typed",
    });
  } catch {
    return { said: "The sandbox does not answer. Is it still running?" };
  }
  if (answer.status >= 500) return { said: "The sandbox failed at this; its log says why." };
  return answer.json();
}

// Resolves to null when it was done and is on the screen, else to the sentence why not.
export async function act(deed, fields) {
  const { said, version, place } = await post(deed, fields);
  if (place) {
    goTo(seat.as, place);
    return null;
  }
  if (version !== undefined) await Promise.race([whenShown(version), pause(2000)]);
  return said;
}

export function toast(sentence) {
  const shown = document.createElement("p");
  shown.className = "toast";
  shown.textContent = sentence;
  const box = document.getElementById("toasts");
  box.append(shown);
  // Shown anew each time, so that it stands above a modal which was opened since.
  if (box.matches(":popover-open")) box.hidePopover();
  box.showPopover();
  setTimeout(() => {
    shown.remove();
    if (!box.childElementCount && box.matches(":popover-open")) box.hidePopover();
  }, 8000);
}
