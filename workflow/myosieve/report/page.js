// Draws the figures and fills the tables of report.html when they come into view. All data stand in the page itself.
const DataTable = globalThis.tableLibrary.default;
const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = 600; // pixels; below it, ten labels are as many as can be read
const uniprot = /^(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?$/;

// Data stand in the page as base64 of a zlib stream of JSON.
function dataOf(element) {
  const text = atob(document.getElementById(`${element.id}-data`).textContent);
  const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
  return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"))).json();
}

function theme(isDark) {
  const text = isDark ? "#e4e7ea" : "#1d2429";
  const grid = isDark ? "#333b42" : "#e3e8ec";
  const axis = { gridcolor: grid, zerolinecolor: isDark ? "#5b666f" : "#aab4bc", linecolor: grid };
  const flat = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", "font.color": text };
  for (const name of ["xaxis", "yaxis"]) {
    for (const [key, value] of Object.entries(axis)) flat[`${name}.${key}`] = value;
  }
  return flat;
}

async function draw(element) {
  const { data, layout } = await dataOf(element);
  const small = element.clientWidth < narrow;
  const isLabel = (note) => note.name === "label";
  if (small && layout.annotations) {
    const kept = new Set(layout.annotations.filter(isLabel).slice(0, 10));
    layout.annotations = layout.annotations.filter((note) => !isLabel(note) || kept.has(note));
  }
  // The legend wraps onto more lines there, the drawing area shrinks, and a share of it is fewer pixels.
  if (small && layout.legend?.y < 0) layout.legend.y = -0.25;
  layout.font = { family: "system-ui, sans-serif", size: 12 };
  layout.modebar = { orientation: "h", bgcolor: "rgba(0,0,0,0)", color: "#8a959d", activecolor: "#00639c" };
  await Plotly.newPlot(element, data, layout, {
    responsive: true,
    displaylogo: false,
    displayModeBar: small ? false : "hover",
    // Named one by one: Plotly's own set has a button that would send the data to its makers.
    modeBarButtons: [["toImage"], ...(layout.xaxis ? [["zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]] : [])],
    plotlyServerURL: "",
    toImageButtonOptions: { format: "svg", filename: element.id },
  });
  await Plotly.relayout(element, theme(dark.matches));
}

function accession(value, type) {
  if (type !== "display" || !uniprot.test(value ?? "")) return DataTable.render.text().display(value ?? "");
  const link = document.createElement("a");
  link.href = `https://www.uniprot.org/uniprotkb/${value}/entry`;
  link.rel = "noreferrer noopener";
  link.textContent = value;
  return link;
}

// DataTables puts a missing number before every other; here it comes last, whichever way a column is sorted.
const missingLast = (compare) => (a, b) => (a === null || b === null ? (a === null) - (b === null) : compare(a, b));
DataTable.ext.type.order["measured-asc"] = missingLast((a, b) => a - b);
DataTable.ext.type.order["measured-desc"] = missingLast((a, b) => b - a);

const numeric = (digits) => (value, type) => {
  if (type !== "display") return value;
  return value === null ? "" : digits(value);
};

const renderers = {
  rank: numeric((value) => value.toFixed(0)),
  accession,
  log2fc: numeric((value) => value.toFixed(2)),
  q_value: numeric((value) => (value < 0.001 ? value.toExponential(1) : value.toPrecision(2))),
  score: numeric((value) => value.toFixed(3)),
};

const measured = new Set(["rank", "log2fc", "q_value", "score"]);

async function fill(element) {
  const { columns, rows } = await dataOf(element);
  new DataTable(element, {
    data: rows,
    columns: columns.map((name) => ({
      className: `column-${name} ${measured.has(name) ? "dt-type-numeric" : ""}`,
      render: renderers[name] ?? DataTable.render.text(),
      ...(measured.has(name) ? { type: "measured" } : {}),
    })),
    order: [[0, "asc"]],
    pageLength: 25,
    autoWidth: false,
  });
}

const waiting = new Map();
document.querySelectorAll(".plot").forEach((element) => waiting.set(element, draw));
document.querySelectorAll("table.ranked").forEach((element) => waiting.set(element, fill));

function start(element) {
  const action = waiting.get(element);
  waiting.delete(element);
  return action?.(element);
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
waiting.forEach((_, element) => watcher.observe(element));

function recolor(isDark) {
  document.documentElement.classList.toggle("dark", isDark);
  document.querySelectorAll(".js-plotly-plot").forEach((element) => Plotly.relayout(element, theme(isDark)));
}
document.documentElement.classList.toggle("dark", dark.matches);
dark.addEventListener("change", () => recolor(dark.matches));
// Paper is white, whatever the screen, and shows what was never scrolled to.
addEventListener("beforeprint", () => {
  [...waiting.keys()].forEach(start);
  recolor(false);
});
addEventListener("afterprint", () => recolor(dark.matches));
