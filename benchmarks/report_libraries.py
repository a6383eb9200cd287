"""Compare what report.html could be drawn with: the weight of each library, its time to draw, and what axe finds.

    python benchmarks/report_libraries.py [--points 10000] [--rows 10000] [--loads 5]

Plotly and itables are the installed ones; Vega-Altair (with its bundled vega), Bokeh and Panel (whose bundle has Tabulator) are
installed into a temporary environment with pip, which needs a registry. Each page holds one library, inlined, and one figure or
table; it is opened from its file in the system's Chromium, in a context of its own, without network. Printed:
    MB, gzip MB     bytes / 1e6 of the library's JavaScript, as it is and compressed (level 9)
    run ms          the library's script alone, median of the loads
    draw ms         from data in memory to the first frame after it is drawn, median of the loads
    axe             elements with a serious or critical violation on the page
A volcano of --points points in two colors, in each library's default way and in its others; a table of --rows rows and nine
columns, sorted, with search and pages of 25.
"""

from __future__ import annotations

import argparse
import gzip
import importlib.resources
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
import venv
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT))

from tests.browser import chromium

PEERS = ("altair", "vl-convert-python", "bokeh", "panel")
# Run by the Python of the temporary environment, which has the peers; it prints where their JavaScript is.
COLLECT = """
import json, pathlib, sys
from importlib.metadata import version
import bokeh, panel, vl_convert
def keep(name, text):
    (pathlib.Path(sys.argv[1]) / name).write_text(text, encoding="utf-8")
keep("vega.js", vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed; window.vega = vega; window.vegaLite = vegaLite;"))
for name in ("bokeh", "bokeh-gl", "bokeh-api"):
    static = pathlib.Path(bokeh.__file__).parent / "server" / "static" / "js"
    keep(f"{name}.js", (static / f"{name}.min.js").read_text(encoding="utf-8"))
bundled = pathlib.Path(panel.__file__).parent / "dist" / "bundled" / "datatabulator"
tabulator = next(bundled.glob("tabulator-tables@*"))
for kind in ("js", "css"):
    keep(f"tabulator.{kind}", (tabulator / "dist" / kind / f"tabulator.min.{kind}").read_text(encoding="utf-8"))
versions = {name: version(name) for name in ("altair", "bokeh", "panel")}
print(json.dumps(versions | {"tabulator": tabulator.name.split("@")[1]}))
"""

# Each draws into #place from `points` (x, y, hit) or `rows`, and returns when it is done; the frame after it is waited for.
PLOTLY = """const of = (hit) => points.hit.flatMap((one, i) => (one === hit ? [i] : []));
await Plotly.newPlot("place", [0, 1].map((hit) => ({ type: "%s", mode: "markers", name: hit ? "hit" : "other",
  x: of(hit).map((i) => points.x[i]), y: of(hit).map((i) => points.y[i]), marker: { size: 6 } })),
  { width: 900, height: 520, xaxis: { title: { text: "log2FC" } }, yaxis: { title: { text: "-log10 p" } } });"""
VEGA = """await vegaEmbed("#place", {
  width: 800, height: 460, description: "Volcano", mark: { type: "point", filled: true, tooltip: true },
  data: { values: points.x.map((x, i) => ({ x, y: points.y[i], hit: points.hit[i] })) },
  encoding: {
    x: { field: "x", type: "quantitative" }, y: { field: "y", type: "quantitative" },
    color: { field: "hit", type: "nominal" },
  },
}, { renderer: "%s", actions: false });"""
BOKEH = """const tools = "pan,box_zoom,reset,hover";
const figure = Bokeh.Plotting.figure({ width: 900, height: 520, output_backend: "%s", tools });
const color = points.hit.map((one) => (one ? "#D55E00" : "#999999"));
const source = new Bokeh.ColumnDataSource({ data: { x: points.x, y: points.y, color } });
figure.scatter({ field: "x" }, { field: "y" }, { source, size: 6, color: { field: "color" } });
const view = await Bokeh.Plotting.show(figure, "#place");
while (!view.has_finished()) await new Promise((done) => setTimeout(done, 5));"""
DATATABLES = """const table = document.createElement("table");
table.append(document.createElement("caption"));
table.caption.textContent = "Candidates";
document.getElementById("place").append(table);
new tableLibrary.default(table, {
  data: rows, columns: columns.map((title) => ({ title })), order: [[0, "asc"]], pageLength: 25, deferRender: true,
});"""
TABULATOR = """await new Promise((done) => {
  const table = new Tabulator("#place", {
    data: rows.map((row) => Object.fromEntries(columns.map((name, i) => [name, row[i]]))),
    columns: columns.map((name) => ({
      title: name, field: name, sorter: name === "rank" ? "number" : "string",
      headerFilter: name === "gene" ? "input" : undefined,
    })),
    pagination: true, paginationSize: 25, initialSort: [{ column: "rank", dir: "asc" }],
  });
  table.on("tableBuilt", done);
});"""
COLUMNS = ("rank", "gene", "accession", "log2fc", "q", "class", "flags", "score", "reason")


def collected(folder: Path) -> dict[str, str]:
    """Install the peers into a temporary environment and copy their JavaScript to `folder`; return their versions."""
    venv.create(folder / "peers", with_pip=True)
    python = folder / "peers" / "bin" / "python"
    subprocess.run([python, "-m", "pip", "install", "-qq", "--disable-pip-version-check", *PEERS], check=True)
    answer = subprocess.run([python, "-c", COLLECT, str(folder)], check=True, stdout=subprocess.PIPE, text=True).stdout
    return json.loads(answer.splitlines()[-1])


def made_points(n: int) -> dict[str, list[float]]:
    random = np.random.default_rng(1)
    x = random.normal(0, 0.8, n)
    y = np.abs(x) * random.gamma(2, 0.8, n)
    return {"x": x.round(3).tolist(), "y": y.round(3).tolist(), "hit": (y > 2).astype(int).tolist()}


def made_rows(n: int) -> list[list[Any]]:
    random = np.random.default_rng(2)
    numbers = random.normal(0, 1, (n, 3)).round(3).tolist()
    reason = (
        "Log2FC and a signal peptide carry it; a receptor is known, and its level does not move with the leak index."
    )
    return [
        [i + 1, f"GENE{i}", f"P{i:05d}", fold, abs(q), "classical", "", abs(score), reason]
        for i, (fold, q, score) in enumerate(numbers)
    ]


def html(library: str, styles: str, drawing: str, data: str) -> str:
    """Return a page that runs a library, then draws, and leaves what each took in `window.took`."""
    library = library.replace("</script", r"\x3c/script").replace("<!--", r"\x3c!--")
    return (
        f'<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>One figure</title>'
        f"<style>{styles}</style></head>"
        '<body><main><h1>One figure</h1><div id="place"></div></main><script>window.begun = performance.now();</script>'
        f"<script>{library}</script><script>window.ran = performance.now() - window.begun;</script>"
        f'<script type="module">{data} const begun = performance.now(); {drawing}\n'
        "requestAnimationFrame(() => setTimeout(() => { window.took = [window.ran, performance.now() - begun]; }));</script>"
        "</body></html>"
    )


def measured(browser: Any, page_file: Path, loads: int) -> dict[str, float]:
    found = []
    for place in range(loads):
        context = browser.new_context(viewport={"width": 1440, "height": 900}, offline=True)
        page = context.new_page()
        errors: list[str] = []
        page.on("pageerror", lambda error, errors=errors: errors.append(str(error)))
        page.goto(chromium.address(page_file))
        page.wait_for_function("() => window.took", timeout=60_000)
        if errors:
            raise RuntimeError(f"{page_file.name}: {errors[0]}")
        found.append(page.evaluate("window.took"))
        if place == loads - 1:
            violations = chromium.grave_violations(page)
            page.screenshot(path=page_file.with_suffix(".png"))
        context.close()
    if violations:
        print(page_file.stem, chromium.told(violations), sep="\n", file=sys.stderr)
    run, draw = (statistics.median(times) for times in zip(*found, strict=True))
    return {"run ms": run, "draw ms": draw, "axe": sum(len(one["nodes"]) for one in violations)}


def datatables() -> tuple[str, str]:
    """Return DataTables as itables ships it, as a script, and its styles."""
    folder = importlib.resources.files("itables") / "html"
    script = (folder / "dt_bundle.js").read_text(encoding="utf-8")
    exported = re.search(r"\bexport\s*\{([^}]*)\}\s*;?", script)
    names = re.sub(r"([\w$]+)\s+as\s+([\w$]+)", r"\2:\1", exported[1])
    inner = script.replace(exported[0], f"globalThis.tableLibrary={{{names}}};")
    return f"(() => {{{inner}}})();", (folder / "dt_bundle.css").read_text(encoding="utf-8")


def candidates(folder: Path, versions: dict[str, str]) -> dict[str, tuple[str, str, str]]:
    """Return (library, styles, drawing) by what it is called."""
    from importlib.metadata import version

    from plotly.offline import get_plotlyjs

    def read(*names: str) -> str:
        return "\n".join((folder / name).read_text(encoding="utf-8") for name in names)

    plotly, tables = get_plotlyjs(), datatables()
    bokeh, bokeh_gl = read("bokeh.js", "bokeh-api.js"), read("bokeh.js", "bokeh-api.js", "bokeh-gl.js")
    return {
        f"Plotly {version('plotly')}, SVG": (plotly, "", PLOTLY % "scatter"),
        f"Plotly {version('plotly')}, WebGL": (plotly, "", PLOTLY % "scattergl"),
        f"Vega-Altair {versions['altair']}, canvas": (read("vega.js"), "", VEGA % "canvas"),
        f"Vega-Altair {versions['altair']}, SVG": (read("vega.js"), "", VEGA % "svg"),
        f"Bokeh {versions['bokeh']}, canvas": (bokeh, "", BOKEH % "canvas"),
        f"Bokeh {versions['bokeh']}, SVG": (bokeh, "", BOKEH % "svg"),
        f"Bokeh {versions['bokeh']}, WebGL": (bokeh_gl, "", BOKEH % "webgl"),
        f"DataTables (itables {version('itables')})": (*tables, DATATABLES),
        f"Tabulator {versions['tabulator']} (Panel {versions['panel']})": (
            read("tabulator.js"), read("tabulator.css"), TABULATOR,
        ),
    }  # fmt: skip


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--points", type=int, default=10_000)
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--loads", type=int, default=5)
    options = parser.parse_args()
    data = f"const points = {json.dumps(made_points(options.points))};"
    table_data = f"const rows = {json.dumps(made_rows(options.rows))}, columns = {json.dumps(COLUMNS)};"
    results = {}
    with tempfile.TemporaryDirectory() as name, chromium.browser() as browser:
        folder = Path(name)
        versions = collected(folder)
        for place, (called, (library, styles, drawing)) in enumerate(candidates(folder, versions).items()):
            is_table = drawing in (DATATABLES, TABULATOR)
            page_file = folder / f"{place} {called.split(',')[0].split(' ')[0]}.html"
            page_file.write_text(html(library, styles, drawing, table_data if is_table else data), encoding="utf-8")
            size = len(library.encode())
            results[called] = {"MB": size / 1e6, "gzip MB": len(gzip.compress(library.encode(), 9)) / 1e6}
            results[called] |= measured(browser, page_file, options.loads)
        busy = f"load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores"
        made = f"{options.points} points, {options.rows} rows, medians of {options.loads} loads"
        print(f"Chromium {browser.version}, {made}, {busy}")
    print(pd.DataFrame(results).T.to_string(float_format="{:.2f}".format))


if __name__ == "__main__":
    main()
