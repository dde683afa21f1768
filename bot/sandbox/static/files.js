// Files that people bring: to a form, where each is brought at once, and to a message, with which
// they go when it is sent.

import { toast } from "./live.js";

const megabytes = (bytes) => `${bytes / 1_000_000} MB`;
const waiting = new WeakMap();

export const filesOf = (form) => waiting.get(form) ?? [];

// Those that can go; of the others it is said why not.
function fitting(files, most, bytes) {
  const small = files.filter((one) => one.size <= bytes);
  for (const one of files) {
    if (one.size > bytes) toast(`${one.name} is larger than ${megabytes(bytes)}.`);
  }
  if (small.length > most) toast(`No more than ${most} more ${most === 1 ? "file" : "files"} can be added here.`);
  return small.slice(0, Math.max(0, most));
}

// ---- forms

async function attach(group, files, actWith) {
  const most = Number(group.dataset.most) - group.querySelectorAll(".attached li").length;
  const fit = fitting(files, most, Number(group.dataset.bytes));
  if (!fit.length) return;
  const { blockId, actionId } = group.dataset;
  const viewId = group.closest("form[data-view-id]").dataset.viewId;
  const box = group.querySelector("[data-attach]");
  await actWith(box, "attach", [
    ["view_id", viewId],
    ["block_id", blockId],
    ["action_id", actionId],
    ...fit.map((file) => ["file", file]),
  ]);
  box.value = "";
}

// ---- messages

export function setFiles(form, files) {
  waiting.set(form, files);
  const list = form.querySelector(".composer-files");
  list.replaceChildren(...files.map((file) => chip(form, file)));
  list.hidden = !files.length;
}

function chip(form, file) {
  const row = document.createElement("li");
  const name = document.createElement("span");
  name.className = "file-name";
  name.textContent = file.name;
  const size = document.createElement("small");
  size.textContent = file.size < 1000 ? `${file.size} B` : `${Math.round(file.size / 1000)} kB`;
  const remove = document.createElement("button");
  Object.assign(remove, { type: "button", className: "unpick", textContent: "✕" });
  remove.setAttribute("aria-label", `Remove ${file.name}`);
  remove.addEventListener("click", () => {
    setFiles(form, filesOf(form).filter((one) => one !== file));
    form.querySelector("textarea").focus();
  });
  row.append("📄 ", name, " ", size, remove);
  return row;
}

function add(form, files) {
  const { most, bytes } = form.querySelector("[data-compose]").dataset;
  const there = filesOf(form);
  const fit = fitting(files, Number(most) - there.length, Number(bytes));
  if (fit.length) setFiles(form, [...there, ...fit]);
  form.querySelector("textarea").focus();
}

// ---- how they come

export function startFiles(actWith) {
  const bring = (place, files) => {
    if (place.matches("form[data-composer]")) add(place, files);
    else if (!place.querySelector("[data-attach]").disabled) attach(place, files, actWith);
  };
  document.addEventListener("change", ({ target }) => {
    if (target.type !== "file") return;
    const files = [...target.files];
    const place = target.closest("[data-drop]");
    if (place && files.length) bring(place, files);
    if ("compose" in target.dataset) target.value = "";
  });
  document.addEventListener("paste", (event) => {
    const form = event.target.closest?.("form[data-composer]");
    const files = [...(event.clipboardData?.files ?? [])];
    if (!form || !files.length) return;
    event.preventDefault();
    add(form, files);
  });
  // Dropped beside a place for it, a file would take the page's place.
  for (const kind of ["dragover", "drop"]) {
    document.addEventListener(kind, (event) => {
      if (!event.dataTransfer?.types.includes("Files")) return;
      event.preventDefault();
      const place = event.target.closest?.("[data-drop]");
      if (kind === "drop" && place) bring(place, [...event.dataTransfer.files]);
    });
  }
}
