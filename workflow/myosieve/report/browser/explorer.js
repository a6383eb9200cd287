// The linked views: one contrast's volcano, the ranked table below it, and filters that both obey.

const explorer = document.getElementById("explore");

async function explore() {
  // A contrast is unpacked when it is first looked at: of many proteins in many contrasts, most are not.
  const contrasts = [...shown("explore-contrast").options].filter(({ value }) => value !== "all").map(() => null);
  const unpack = async (number) => (contrasts[number] ??= await dataOf(`explore-${number}`));
  const study = { contrasts, complete: () => Promise.all(contrasts.map((_, number) => unpack(number))) };
  const [proteins] = await Promise.all([dataOf("explore-proteins"), unpack(0)]);
  study.proteins = proteins;
  const columns = tableColumns(study);
  let selected = null; // proteins boxed in the volcano, or null
  const open = ({ contrast, protein }) => openProtein(study, contrast, protein);
  const table = await makeTable(shown("explore-table"), columns, `${proteins.study}_candidates`, open);

  const chosen = () => shown("explore-contrast").value;
  const classes = () => new Set([...explorer.querySelectorAll("#explore-classes input:checked")].map(({ value }) => value));

  function passes({ contrast, protein }, allowed) {
    const one = contrasts[contrast].columns;
    const known = proteins.known_myokine[protein] !== null;
    const level = shown("explore-confidence").value;
    return allowed.has(proteins.secretion_class[protein])
      && (shown("explore-excluded").checked || one.rank[protein] !== null)
      && (shown("explore-known").value === "all" || known === (shown("explore-known").value === "known"))
      && (level === "all" || one.confidence[protein] === "high" || one.confidence[protein] === level)
      && !(shown("explore-flagged").checked && flagsOf(one, protein).some((flag) => /^(leak|serum):/.test(flag)))
      && (selected === null || selected.has(protein));
  }

  // Rows of the chosen contrast, of all where "all" is chosen; a protein without test and rank has none.
  function fill() {
    const wanted = chosen() === "all" ? contrasts.keys() : [Number(chosen())];
    const rows = [];
    for (const contrast of wanted) {
      const { rank, log2fc, excluded_because: excluded } = contrasts[contrast].columns;
      proteins.protein_group.forEach((group, protein) => {
        if (rank[protein] !== null || log2fc[protein] !== null || excluded[protein] !== null) rows.push({ contrast, protein, group });
      });
    }
    table.column("contrast:name").visible(chosen() === "all", false);
    table.clear().rows.add(rows);
    filter();
  }

  function filter() {
    const allowed = classes();
    table.search.fixed("filters", (_, row) => passes(row, allowed));
    table.draw();
  }

  const place = shown("explore-volcano");
  async function drawVolcano() {
    const single = chosen() !== "all";
    place.hidden = !single;
    shown("explore-caption").hidden = !single;
    if (!single) return;
    const { about, volcano, columns: one } = contrasts[Number(chosen())];
    const data = volcano.data.map((trace) => ({
      ...trace,
      x: trace.rows.map((i) => one.x[i]),
      y: trace.rows.map((i) => one.y[i]),
      // Points of scenery have no text: thousands of them would make hovering slow.
      ...(trace.legendgroup ? {
        text: trace.rows.map((i) => `<b>${escaped(nameOf(proteins, i))}</b> · ${escaped(proteins.accession[i] ?? proteins.protein_group[i])}<br>log2FC ${signed(one.log2fc[i])}<br>q ${smallNumber(one.q_value[i])}${flagsOf(one, i).map((flag) => `<br>${escaped(flag)}`).join("")}`),
        hovertemplate: `%{text}<extra>${escaped(trace.name)}</extra>`,
      } : { hoverinfo: "none" }),
    }));
    // The page keeps the figure as it came: Plotly and narrow screens change what they are given.
    const layout = structuredClone(volcano.layout);
    layout.dragmode = matchMedia("(pointer: coarse)").matches ? false : "select";
    await plot(place, { data, layout }, ["select2d", "lasso2d"]);
    dimmed = false;
    place.setAttribute("aria-label", `Volcano plot of ${about.name}: ${about.n_tested} protein groups tested, ${about.n_up} up and ${about.n_down} down; the table below lists them`);
    shown("explore-absent").textContent = about.n_absent ? `${about.n_absent} protein groups have no fold change or p-value here and are not drawn.` : "";
    shown("explore-labels").textContent = about.n_labels;
    shown("explore-question").textContent = about.question;
    place.removeAllListeners?.("plotly_selected");
    place.removeAllListeners?.("plotly_deselect");
    place.removeAllListeners?.("plotly_click");
    const of = (point) => volcano.data[point.curveNumber].rows[point.pointIndex];
    place.on("plotly_selected", (event) => {
      if (!event) return;
      selected = event.points.length ? new Set(event.points.map(of)) : null;
      filter();
    });
    place.on("plotly_deselect", clear);
    place.on("plotly_click", (event) => openProtein(study, Number(chosen()), of(event.points[0])));
    mark();
  }

  function clear() {
    selected = null;
    filter();
    if (place.data) Plotly.relayout(place, { selections: [] });
  }

  // The volcano dims what the table does not show. Where all is shown, and was, there is nothing to draw again.
  let dimmed = false;
  function mark() {
    if (!place.data || place.hidden) return;
    const unfiltered = selected === null && table.search() === "" && !narrowed();
    if (unfiltered && !dimmed) return;
    dimmed = !unfiltered;
    const rows = table.rows({ search: "applied" }).data();
    const kept = new Set(unfiltered ? [] : rows.toArray().map(({ protein }) => protein));
    const { volcano } = contrasts[Number(chosen())];
    Plotly.restyle(place, { selectedpoints: volcano.data.map(({ rows: points }) => (unfiltered ? null : points.flatMap((protein, i) => (kept.has(protein) ? [i] : [])))) });
  }

  const narrowed = () => explorer.querySelector("#explore-classes input:not(:checked)") !== null || shown("explore-known").value !== "all"
    || shown("explore-confidence").value !== "all" || shown("explore-flagged").checked;

  const count = shown("explore-count");
  table.on("draw", () => {
    const some = table.rows({ search: "applied" }).count();
    const boxed = selected === null ? "" : `, of ${selected.size} selected in the volcano`;
    count.textContent = `${some} of ${table.rows().count()} proteins shown${boxed}`;
    shown("explore-clear").hidden = selected === null;
  });
  let marking = 0;
  table.on("draw", () => {
    // Sorting and turning pages draw as well; one marking per turn of the browser is enough.
    cancelAnimationFrame(marking);
    marking = requestAnimationFrame(mark);
  });

  shown("explore-contrast").addEventListener("change", async () => {
    selected = null;
    await (chosen() === "all" ? study.complete() : unpack(Number(chosen())));
    fill();
    await drawVolcano();
  });
  for (const id of ["explore-classes", "explore-known", "explore-confidence", "explore-flagged", "explore-excluded"]) {
    shown(id).addEventListener("change", filter);
  }
  shown("explore-clear").addEventListener("click", clear);
  shown("explore-csv").addEventListener("click", () => table.button("csv:name").trigger());
  shown("explore-copy").addEventListener("click", async () => {
    const rows = table.rows({ search: "applied", order: "applied" }).data().toArray();
    const accessions = [...new Set(rows.map(({ protein }) => proteins.accession[protein]).filter((one) => one !== null))];
    await copy(accessions.join("\n"));
    count.textContent = `${accessions.length} accessions copied`;
  });
  const choice = shown("explore-columns-list");
  choice.replaceChildren(...columns.map(({ name, title, shown: initially }) => {
    const box = element("input", { type: "checkbox", name: "column", value: name, checked: initially ?? false });
    box.addEventListener("change", () => table.column(`${name}:name`).visible(box.checked));
    return element("label", {}, box, ` ${title}`);
  }));
  fill();
  // The table is painted before the volcano, which takes longer.
  await new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)));
  await drawVolcano();
  return (contrast, group) => openProtein(study, contrast, proteins.protein_group.indexOf(group));
}

let exploring = null;
const explored = () => (exploring ??= explore());

async function copy(text) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    // A page opened from a file may not use the clipboard: a selected text may be copied.
    const box = element("textarea", { value: text, readOnly: true, class: "copied" });
    document.body.append(box);
    box.select();
    document.execCommand("copy");
    box.remove();
  }
}
