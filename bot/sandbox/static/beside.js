// Two people's pages next to each other, with the clock and the story around them.

import { act, seat, toast, watch } from "./live.js";
import { tick } from "./face.js";
import { fold, startStory } from "./story.js";

const frames = [...document.querySelectorAll("iframe")];
const shownIn = (frame) => frame.contentDocument?.body?.dataset ?? {};

// The page of a person, in the frame that has it or in the one that was used longer ago.
let lastUsed = frames[0];

async function bring(as, place) {
  const frame = frames.find((one) => shownIn(one).as === as)
    ?? frames.find((one) => one !== lastUsed);
  lastUsed = frame;
  const { as: who, place: where } = shownIn(frame);
  if (who === as && where === place) return;
  const loaded = new Promise((done) => frame.addEventListener("load", done, { once: true }));
  frame.src = `/?${new URLSearchParams({ as, place, framed: "1" })}`;
  await loaded;
}

document.addEventListener("click", async (event) => {
  const control = event.target.closest("button[data-do]");
  if (!control || "pending" in control.dataset) return;
  control.dataset.pending = "";
  control.disabled = true;
  const { as, place } = control.dataset;
  if (as) await bring(as, place);
  const refusal = await act(control.dataset.do, JSON.parse(control.dataset.send));
  if (refusal) toast(refusal);
  delete control.dataset.pending;
  control.disabled = false;
  if (control.dataset.do === "story") resetFilled();
});

function resetFilled() {
  for (const frame of frames) {
    frame.contentDocument?.querySelector("dialog.modal:not([inert]) form")?.reset();
  }
}

// The address says who is shown where, so that it can be opened again.
function remember() {
  const [left, right] = frames.map(shownIn);
  if (!left.as || !right.as) return;
  seat.as = left.as;
  seat.place = left.place;
  const asked = { as: left.as, place: left.place, with: right.as, at: right.place };
  history.replaceState(null, "", `/beside?${new URLSearchParams(asked)}`);
}

for (const frame of frames) frame.addEventListener("load", remember);
startStory();
setInterval(tick, 1000);
watch(() => {
  fold();
  tick();
});
document.documentElement.dataset.ready = "true";
