// Brings a piece of the page up to date in place, so that what is typed, focused or open stays.

const KEPT_BY_THE_BROWSER = new Set([
  "open",
  "data-opens",
  "data-waiting",
  "data-offering",
  "aria-activedescendant",
  "aria-selected",
  "aria-expanded",
  "aria-sort",
  "data-by",
  "data-down",
  "data-shown",
]);
const KEPT_WHILE_PENDING = new Set(["disabled", "aria-busy", "data-pending"]);

function keyOf(node) {
  return node.nodeType === Node.ELEMENT_NODE ? node.dataset.key || node.id || null : null;
}

function isSameKind(one, other) {
  return one.nodeType === other.nodeType && one.nodeName === other.nodeName;
}

function morphAttributes(old, fresh) {
  const kept = (name) =>
    KEPT_BY_THE_BROWSER.has(name) || ("pending" in old.dataset && KEPT_WHILE_PENDING.has(name));
  for (const { name, value } of fresh.attributes) {
    if (!kept(name) && old.getAttribute(name) !== value) old.setAttribute(name, value);
  }
  for (const { name } of [...old.attributes]) {
    if (!kept(name) && !fresh.hasAttribute(name)) old.removeAttribute(name);
  }
}

function morph(old, fresh) {
  // The server knows that this row is here already as it should be.
  if (fresh.nodeType === Node.ELEMENT_NODE && "same" in fresh.dataset) return;
  if (old.nodeType !== Node.ELEMENT_NODE) {
    if (old.nodeValue !== fresh.nodeValue) old.nodeValue = fresh.nodeValue;
    return;
  }
  // What the page itself put here is not the server's to change.
  if ("kept" in old.dataset) return;
  morphAttributes(old, fresh);
  if (old.nodeName === "TEMPLATE") {
    old.innerHTML = fresh.innerHTML;
  } else if (old.nodeName === "TEXTAREA") {
    // Changes what the field started with; words typed since then stay.
    if (old.defaultValue !== fresh.defaultValue) old.defaultValue = fresh.defaultValue;
  } else {
    morphChildren(old, fresh);
  }
}

export function morphChildren(old, fresh) {
  const wanted = new Set([...fresh.children].map(keyOf).filter(Boolean));
  // Keyed elements that are gone leave first: the others then need not move, and keep their focus.
  for (const child of [...old.children]) {
    const key = keyOf(child);
    if (key && !wanted.has(key)) child.remove();
  }
  const known = new Map();
  for (const child of old.children) if (keyOf(child)) known.set(keyOf(child), child);

  let cursor = old.firstChild;
  for (const want of [...fresh.childNodes]) {
    const key = keyOf(want);
    let match = null;
    if (key) match = known.get(key) ?? null;
    else if (cursor && !keyOf(cursor)) match = cursor;
    if (match && !isSameKind(match, want)) match = null;
    if (!match) {
      old.insertBefore(want, cursor);
    } else {
      if (match === cursor) cursor = cursor.nextSibling;
      else old.insertBefore(match, cursor);
      morph(match, want);
    }
  }
  while (cursor) {
    const next = cursor.nextSibling;
    cursor.remove();
    cursor = next;
  }
}
