// Figures: Plotly, in the colors of the page.

const dark = matchMedia("(prefers-color-scheme: dark)");
const narrow = 600; // pixels; below it, ten labels are as many as can be read
let printing = false;

// The colors of a figure, by the paths of Plotly's layout.
function theme() {
  const isDark = dark.matches && !printing;
  const grid = isDark ? "#333b42" : "#e3e8ec";
  const axis = { gridcolor: grid, zerolinecolor: isDark ? "#5b666f" : "#aab4bc", linecolor: grid };
  const flat = { paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)", "font.color": isDark ? "#e4e7ea" : "#1d2429" };
  for (const name of ["xaxis", "yaxis"]) {
    for (const [key, value] of Object.entries(axis)) flat[`${name}.${key}`] = value;
  }
  return flat;
}

// Set into the layout before the first drawing: to change them afterwards draws everything again.
function themed(layout) {
  for (const [path, value] of Object.entries(theme())) {
    const [first, second] = path.split(".");
    if (second) (layout[first] ??= {})[second] = value;
    else layout[first] = value;
  }
  return layout;
}

async function plot(place, { data, layout }, buttons = []) {
  await library("plotly");
  const small = place.clientWidth < narrow;
  const isLabel = (note) => note.name === "label";
  if (small && layout.annotations) {
    const kept = new Set(layout.annotations.filter(isLabel).slice(0, 10));
    layout.annotations = layout.annotations.filter((note) => !isLabel(note) || kept.has(note));
  }
  // The legend wraps onto more lines there, the drawing area shrinks, and a share of it is fewer pixels.
  if (small && layout.legend?.y < 0) layout.legend.y = Math.min(layout.legend.y, -0.25);
  layout.font = { family: "system-ui, sans-serif", size: 12 };
  layout.modebar = { orientation: "h", bgcolor: "rgba(0,0,0,0)", color: "#8a959d", activecolor: "#00639c" };
  await Plotly.newPlot(place, data, themed(layout), {
    responsive: true,
    displaylogo: false,
    displayModeBar: small ? false : "hover",
    // Named one by one: Plotly's own set has a button that would send the data to its makers.
    modeBarButtons: [["toImage"], ...(layout.xaxis ? [[...buttons, "zoom2d", "pan2d"], ["zoomIn2d", "zoomOut2d", "resetScale2d"]] : [])],
    plotlyServerURL: "",
    toImageButtonOptions: { format: "svg", filename: place.id },
  });
}

const draw = async (place) => plot(place, await dataOf(place.id));

function recolor() {
  document.documentElement.classList.toggle("dark", dark.matches && !printing);
  document.querySelectorAll(".js-plotly-plot").forEach((place) => Plotly.relayout(place, theme()));
}
