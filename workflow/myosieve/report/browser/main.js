// Figures are drawn, and the linked views filled, when they come near; on paper, all of them are.

const waiting = new Map();
document.querySelectorAll(".plot").forEach((place) => {
  if (document.getElementById(`${place.id}-data`)) waiting.set(place, draw);
});
if (explorer) waiting.set(explorer, explored);

function start(place) {
  const action = waiting.get(place);
  waiting.delete(place);
  return action?.(place);
}

const watcher = new IntersectionObserver(
  (entries) => {
    for (const entry of entries.filter((one) => one.isIntersecting)) {
      watcher.unobserve(entry.target);
      start(entry.target);
    }
  },
  { rootMargin: "400px" },
);
waiting.forEach((_, place) => watcher.observe(place));
// The libraries take a second to start: while the first screen is read, nobody waits for it.
(globalThis.requestIdleCallback ?? setTimeout)(() => ["plotly", "tables"].forEach(library));

// A name among the best opens the panel, which needs the data of the linked views.
document.querySelectorAll("button.open-best").forEach((button) => {
  button.addEventListener("click", async () => {
    const open = await explored();
    open(Number(button.dataset.contrast), button.dataset.group);
  });
});

document.documentElement.classList.toggle("dark", dark.matches);
dark.addEventListener("change", recolor);
// Paper is white, whatever the screen, and shows what was never scrolled to.
addEventListener("beforeprint", () => {
  printing = true;
  [...waiting.keys()].forEach(start);
  document.querySelectorAll("details.printed").forEach((one) => (one.open = true));
  recolor();
});
addEventListener("afterprint", () => {
  printing = false;
  recolor();
});
