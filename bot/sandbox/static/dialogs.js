// Modals come from the sandbox; questions before an act are the page's own.

// The form each modal shows; the app may put another one into it.
const shown = new WeakMap();

function formOf(dialog) {
  return `${dialog.dataset.callbackId} ${dialog.querySelector(".modal-header h2").textContent}`;
}

function focusFirst(dialog) {
  const first = dialog.querySelector(
    ".modal-body :is(input:not([type=hidden]), textarea, select):not([disabled])",
  );
  (first ?? dialog.querySelector(".modal-body")).focus();
}

// While a modal is open, the rest of the page is out of reach; the story beside it is not.
const BELOW = ["top", "sidebar", "main", "thread", "notices"];
let openedFrom = null;

function reach(isOpen) {
  const wasOpen = document.body.classList.contains("has-modal");
  if (isOpen && !wasOpen) openedFrom = document.activeElement;
  document.body.classList.toggle("has-modal", isOpen);
  document.querySelector(".skip").inert = isOpen;
  for (const name of BELOW) document.getElementById(`part-${name}`).inert = isOpen;
  if (!isOpen && wasOpen && document.activeElement === document.body) {
    const back = openedFrom?.isConnected ? openedFrom : document.getElementById("composer");
    back?.focus();
  }
}

export function showModals() {
  const stack = [...document.querySelectorAll("#part-modals > dialog.modal")];
  const byStory = document.activeElement?.closest("#part-story");
  reach(stack.length > 0);
  for (const dialog of stack) {
    const isNew = shown.get(dialog) !== formOf(dialog);
    shown.set(dialog, formOf(dialog));
    if (dialog.open) {
      // Another form is read from its beginning, not from where the one before was left.
      if (isNew && !dialog.inert) {
        if (!byStory) focusFirst(dialog);
        dialog.querySelector(".modal-body").scrollTop = 0;
      }
      continue;
    }
    dialog.show();
    if (byStory) byStory.querySelector("[data-story-next]")?.focus();
    else if (!dialog.contains(document.activeElement) || !dialog.querySelector("[autofocus]")) {
      focusFirst(dialog);
    }
  }
  // An update can take away what had the focus.
  if (document.activeElement === document.body) stack.at(-1)?.querySelector(".modal-body").focus();
}

function button(words, kind, value) {
  const made = document.createElement("button");
  made.className = `button button-${kind}`;
  made.value = value;
  made.textContent = words;
  return made;
}

function question(...inside) {
  const dialog = document.createElement("dialog");
  dialog.className = "question";
  dialog.setAttribute("role", "alertdialog");
  const form = document.createElement("form");
  form.method = "dialog";
  form.append(...inside);
  dialog.append(form);
  document.body.append(dialog);
  return dialog;
}

function answered(dialog) {
  return new Promise((done) => {
    dialog.addEventListener("close", () => {
      dialog.remove();
      done(dialog.returnValue === "yes");
    });
    dialog.showModal();
  });
}

function footer(...buttons) {
  const made = document.createElement("footer");
  made.className = "modal-footer";
  made.append(...buttons);
  return made;
}

export function ask(template) {
  const { confirm, deny, style } = template.dataset;
  const dialog = question(
    template.content.cloneNode(true),
    footer(button(deny, "plain", "no"), button(confirm, style, "yes")),
  );
  return answered(dialog);
}

export async function askForText(title, text) {
  const heading = document.createElement("h2");
  heading.textContent = title;
  const field = document.createElement("textarea");
  field.rows = 4;
  field.value = text;
  field.setAttribute("aria-label", title);
  const dialog = question(
    heading,
    field,
    footer(button("Cancel", "plain", "no"), button("Save", "primary", "yes")),
  );
  const agreed = await answered(dialog);
  return agreed ? field.value : null;
}
