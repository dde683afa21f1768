// The story's panel: it can be put away, and says so to the next page.

const KEY = "story is put away";

// Called after every update, too: the server does not know what was put away.
export function fold(away = document.body.classList.contains("story-away")) {
  document.body.classList.toggle("story-away", away);
  const button = document.getElementById("story-fold");
  if (button) {
    button.textContent = away ? "Show" : "Hide";
    button.setAttribute("aria-expanded", String(!away));
  }
}

export function startStory() {
  if (!document.getElementById("part-story")) return;
  // On a narrow screen the panel begins as a line at the bottom.
  const narrow = matchMedia("(max-width: 1000px)").matches;
  const kept = localStorage.getItem(KEY);
  fold(kept === null ? narrow : kept === "yes");
  document.addEventListener("click", (event) => {
    if (event.target.id !== "story-fold") return;
    const away = !document.body.classList.contains("story-away");
    localStorage.setItem(KEY, away ? "yes" : "no");
    fold(away);
  });
}
