// The panel of one protein: what was measured, where its peptides lie, what its score is made of, and who says what.

const panel = document.getElementById("protein");
const shown = (id) => document.getElementById(id);

function parts(text) {
  return (text ?? "").split(";").map((part) => part.trim().match(/^(.*?)\s*(\d+)-(\d+)(\*?)$/)).filter(Boolean)
    .map(([, kind, start, end, shared]) => ({ kind, start: Number(start), end: Number(end), shared: shared === "*" }));
}

const partNames = { SP: "signal peptide", TM: "transmembrane helix", outside: "outside the cell", inside: "inside the cell" };

const headingRow = (cells) => element("tr", {}, ...cells.map((cell) => element("th", { scope: "col" }, cell)));

function row([first, ...others]) {
  return element("tr", {}, element("th", { scope: "row" }, first ?? ""), ...others.map((cell) => element("td", {}, cell ?? "")));
}

function fillTable(place, caption, headings, rows) {
  place.replaceChildren(
    element("caption", {}, caption),
    element("thead", {}, headingRow(headings)),
    element("tbody", {}, ...rows.map(row)),
  );
}

// One band of a bar: Plotly stacks nothing here, each has its own base.
function bands(name, y, spans, color, hover) {
  return {
    type: "bar", orientation: "h", name, y: spans.map(() => y), base: spans.map(({ start }) => start - 0.5),
    x: spans.map(({ start, end }) => end - start + 1), text: spans.map(hover), textposition: "none",
    hovertemplate: "%{text}<extra></extra>", marker: { color, line: { width: 0.5, color: "rgba(0,0,0,0.4)" } }, width: 0.55,
  };
}

async function showTopology(proteins, protein) {
  const segments = parts(proteins.topology[protein]);
  const peptides = parts(proteins.peptide_spans[protein]);
  const length = proteins.length[protein] ?? Math.max(0, ...segments.map(({ end }) => end));
  const place = shown("protein-topology");
  const at = ({ start, end }) => `${start}–${end}`;
  const said = [];
  if (segments.length) said.push(`${segments.map((part) => `${partNames[part.kind] ?? part.kind} ${at(part)}`).join(", ")}.`);
  else said.push("No topology is known.");
  if (peptides.length) said.push(`Detected peptides: ${peptides.map((one) => at(one) + (one.shared ? " (another gene's as well)" : "")).join(", ")}.`);
  else said.push("Where its peptides lie is not known: the table told no peptide sequences, or none is on this sequence.");
  shown("protein-topology-words").textContent = (length ? `${length} residues${proteins.laid_on[protein] === null ? "" : `, of ${proteins.laid_on[protein]}`}. ` : "") + said.join(" ");
  place.hidden = !segments.length && !peptides.length;
  if (place.hidden) return;
  const { colors } = proteins;
  const kinds = [...new Set(segments.map(({ kind }) => kind))];
  const data = kinds.map((kind) => {
    const mine = segments.filter((one) => one.kind === kind);
    return bands(partNames[kind] ?? escaped(kind), "protein", mine, colors[kind] ?? colors.other, (one) => `${escaped(partNames[kind] ?? kind)} ${at(one)}`);
  });
  for (const shared of [false, true]) {
    const mine = peptides.filter((one) => one.shared === shared);
    if (mine.length) data.push(bands(shared ? "peptides, shared" : "peptides", "peptides", mine, shared ? colors.shared : colors.peptide, (one) => `peptide ${at(one)}`));
  }
  await plot(place, {
    data,
    layout: {
      height: 210, barmode: "overlay", margin: { l: 66, r: 12, t: 6, b: 90 }, showlegend: true,
      legend: { orientation: "h", y: -0.5, x: 0 },
      xaxis: { title: { text: "residue", standoff: 4 }, range: [0, length + 1], zeroline: false },
      yaxis: { categoryorder: "array", categoryarray: ["peptides", "protein"], fixedrange: true },
    },
  });
}

async function showIntensities(proteins, protein) {
  const values = proteins.log2[protein];
  const place = shown("protein-intensities");
  const { sample, condition, subject, fraction } = proteins.samples;
  place.hidden = values === null;
  if (values === null) {
    shown("protein-missing").textContent = "Its intensities are not on this page: the filter left it out, or the study is too large. dataset.h5ad has those of every protein group.";
    return;
  }
  const groups = sample.map((_, i) => (condition[i] ?? "") + (fraction && fraction[i] && fraction[i] !== "secretome" ? ` (${fraction[i]})` : ""));
  const order = [...new Set(groups)];
  const missing = values.flatMap((value, i) => (value === null ? [i] : []));
  const seen = values.flatMap((value, i) => (value === null ? [] : [i]));
  const observed = seen.map((i) => values[i] / 100);
  const low = Math.min(...observed), high = Math.max(...observed);
  const floor = low - 0.12 * (high - low || 1) - 0.1;
  // Samples of a condition stand side by side in the order of the sheet: the same subject keeps its place where it can.
  const members = new Map(order.map((group) => [group, groups.flatMap((one, i) => (one === group ? [i] : []))]));
  const x = (i) => order.indexOf(groups[i]) + 0.5 * ((members.get(groups[i]).indexOf(i) + 0.5) / members.get(groups[i]).length - 0.5);
  const about = (i) => escaped(sample[i]) + (subject?.[i] ? ` · subject ${escaped(subject[i])}` : "");
  const data = [];
  const subjects = subject ? [...new Set(seen.map((i) => subject[i]).filter((one) => one !== null))] : [];
  if (subjects.length && subjects.length <= 40) {
    for (const one of subjects) {
      const mine = seen.filter((i) => subject[i] === one).sort((a, b) => x(a) - x(b));
      if (mine.length > 1) data.push({ type: "scatter", mode: "lines", x: mine.map(x), y: mine.map((i) => values[i] / 100), line: { width: 1, color: "rgba(127,127,127,0.45)" }, hoverinfo: "skip", showlegend: false, name: "subject" });
    }
  }
  data.push({ type: "scatter", mode: "markers", name: "observed", x: seen.map(x), y: observed, text: seen.map(about), hovertemplate: "%{text}<br>log2 %{y:.2f}<extra></extra>", marker: { size: 8, color: proteins.colors.observed, opacity: 0.85 } });
  const means = order.map((group) => seen.filter((i) => groups[i] === group).map((i) => values[i] / 100));
  data.push({ type: "scatter", mode: "markers", name: "mean of the observed", x: order.map((_, g) => g), y: means.map((m) => (m.length ? m.reduce((a, b) => a + b, 0) / m.length : null)), hovertemplate: "mean %{y:.2f}<extra></extra>", marker: { symbol: "line-ew", size: 34, line: { width: 2.5, color: proteins.colors.mean } } });
  if (missing.length) data.push({ type: "scatter", mode: "markers", name: "not observed", x: missing.map(x), y: missing.map(() => floor), text: missing.map(about), hovertemplate: "%{text}<br>not observed<extra></extra>", marker: { size: 8, symbol: "x-thin", line: { width: 1.6, color: proteins.colors.missing } } });
  const counts = order.map((group) => `${members.get(group).length - missing.filter((i) => groups[i] === group).length} of ${members.get(group).length} in ${group || "no condition"}`);
  const names = missing.length && missing.length <= 12 ? ` Not observed: ${missing.map((i) => sample[i]).join(", ")}.` : "";
  shown("protein-missing").textContent = `Observed in ${counts.join(", ")}.${names}`;
  await plot(place, {
    data,
    layout: {
      height: 320, margin: { l: 52, r: 12, t: 8, b: 70 }, hovermode: "closest", legend: { orientation: "h", y: -0.22, x: 0 },
      xaxis: { tickvals: order.map((_, g) => g), ticktext: order.map(escaped), zeroline: false, range: [-0.5, order.length - 0.5] },
      yaxis: { title: { text: "normalized log2 intensity" }, zeroline: false },
    },
  });
}

async function showScore(study, contrast, protein) {
  const { columns } = study.contrasts[contrast];
  const place = shown("protein-score");
  const terms = (columns.contributions[protein] ?? "").split("; ").map((term) => term.match(/^(.*) (-?[\d.]+)$/)).filter(Boolean)
    .map(([, name, value]) => ({ name, value: Number(value) }));
  place.hidden = !terms.length;
  const told = shown("protein-score-words");
  if (!terms.length) {
    const why = columns.excluded_because[protein];
    told.textContent = why === null ? "Not a candidate of this contrast." : `Not ranked: ${why}.`;
    return;
  }
  const named = new Set(terms.map(({ name }) => name));
  const silent = study.proteins.criteria.filter((name) => !named.has(name));
  told.textContent = `Score ${columns.score[protein].toFixed(3)}. What each criterion adds to its logarithm: ${terms.map(({ name, value }) => `${name} ${value.toFixed(2)}`).join(", ")}.${silent.length ? ` Not known of it, or of no weight: ${silent.join(", ")}.` : ""}`;
  await plot(place, {
    data: [{
      type: "bar", orientation: "h", y: terms.map(({ name }) => escaped(name)), x: terms.map(({ value }) => value),
      text: terms.map(({ value }) => (value > -0.005 ? "costs nothing" : `costs ${(-100 * Math.expm1(value)).toFixed(0)} %`)),
      textposition: "outside", cliponaxis: false, hovertemplate: "%{y}: %{x:.2f}<extra></extra>", marker: { color: study.proteins.colors.contribution },
    }],
    layout: {
      height: 60 + 26 * terms.length, margin: { l: 96, r: 24, t: 6, b: 40 },
      xaxis: { title: { text: "contribution to ln score" }, range: [Math.min(-0.5, 1.35 * Math.min(...terms.map(({ value }) => value))), 0.02] },
      yaxis: { autorange: "reversed", fixedrange: true },
    },
  });
}

function leakWords(columns, protein) {
  const probability = columns.leak_probability[protein];
  if (probability === null) return null;
  const left = columns.residual_log2fc[protein];
  return `probability ${probability.toFixed(2)} that it follows the leak${left === null ? "" : `; log2FC at equal leak ${signed(left)}`}`;
}

const ofProtein = (table, protein) => (table ? table.protein.flatMap((one, i) => (one === protein ? [i] : [])) : []);

function showEvidence(proteins, protein) {
  const table = proteins.evidence;
  const rows = ofProtein(table, protein).map((i) => [
    table.source[i], table.version[i], words(table.feature[i]), table.call[i],
    table.start[i] === null ? "" : table.end[i] === table.start[i] || table.end[i] === null ? `${table.start[i]}` : `${table.start[i]}–${table.end[i]}`,
    table.score[i] === null ? "" : String(table.score[i]), [table.evidence_code[i], table.detail[i]].filter(Boolean).join(" · "),
  ]);
  fillTable(shown("protein-evidence"), rows.length ? "Every source that spoke; one that was not run has no row" : "No source says anything of it",
    ["Source", "Version", "Feature", "Call", "Residues", "Score", "Detail"], rows);
}

function showPartners(study, contrast, protein) {
  const { proteins } = study;
  const { columns } = study.contrasts[contrast];
  const table = proteins.partners;
  const rows = ofProtein(table, protein).map((i) => [
    table.receptor_gene[i] ?? "", table.resources[i] === null ? "" : `${table.resources[i]}${table.curated[i] === "yes" ? ", curated" : ""}`,
    table.organ[i] ?? "", table.receptor_value[i] === null ? table.organ_source[i] ?? "" : `${table.receptor_value[i]} ${table.unit[i] ?? ""}, rank ${table.receptor_rank[i]}`,
  ]);
  fillTable(shown("protein-partners"), rows.length ? "Receptors, and organs that have them or that literature names; all rows are in crosstalk.tsv" : "No receptor or organ is known of it",
    ["Receptor", "Resources", "Organ", "Receptor in the organ"], rows);
  const facts = [["Receptors", proteins.receptors[protein]], ["Organs in literature", proteins.target_organs[protein]], ["Muscle", proteins.muscle_expression[protein]], ["Assay", proteins.assay[protein]], ["Leak", leakWords(columns, protein)]];
  shown("protein-facts").replaceChildren(...facts.filter(([, value]) => value !== null).flatMap(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]));
}

function whyOf(columns, protein) {
  const { reason, excluded_because: excluded, note } = columns;
  const why = reason[protein] ?? (excluded[protein] === null ? note[protein] : `Left out: ${excluded[protein]}`);
  return [flagsOf(columns, protein).map((flag) => `[${flag}] `).join(""), why ?? "Not tested here."].join("");
}

// Two rows per contrast, its numbers and its reason, so that neither needs the other's width.
function showContrasts(study, protein, chosen) {
  const place = shown("protein-contrasts");
  fillTable(place, "In each contrast: log2FC with its 95 % interval, q, rank with its range, and why", ["Contrast", "log2FC", "q", "Rank", "Confidence"], []);
  place.append(...study.contrasts.map(({ about, columns }, number) => {
    const fold = columns.log2fc[protein];
    const rank = columns.rank[protein];
    const numbers = row([
      about.name, fold === null ? "no fold change" : `${signed(fold)}${interval(columns.ci_low[protein], columns.ci_high[protein])}`,
      smallNumber(columns.q_value[protein]), rank === null ? "not ranked" : `${rank} [${columns.rank_low[protein]}–${columns.rank_high[protein]}]`,
      columns.confidence[protein] ?? "",
    ]);
    const why = element("tr", { class: "why-row" }, element("td", { colSpan: 5 }, whyOf(columns, protein)));
    return element("tbody", { class: number === chosen ? "chosen" : "" }, numbers, why);
  }));
}

function showLinks(proteins, protein) {
  const accession = proteins.accession[protein], gene = proteins.gene[protein], organism = proteins.organism[protein];
  const links = [];
  if (uniprot.test(accession ?? "")) links.push([`https://www.uniprot.org/uniprotkb/${accession}/entry`, `UniProt ${accession}`]);
  const human = organism === null || organism === "Homo sapiens";
  const term = gene ?? (uniprot.test(accession ?? "") ? accession : null);
  if (human && term !== null) links.push([`https://www.proteinatlas.org/search/${encodeURIComponent(term)}`, "Human Protein Atlas"]);
  if (term !== null) links.push([`https://pubmed.ncbi.nlm.nih.gov/?term=${encodeURIComponent(`"${term}" AND (myokine OR secretome OR skeletal muscle)`)}`, "PubMed"]);
  shown("protein-links").replaceChildren(...links.map(([href, text]) => element("li", {}, element("a", { href, rel: "noreferrer noopener", target: "_blank" }, text))));
}

// Open the panel at a protein (its number) as a contrast (its number) sees it.
async function openProtein(study, contrast, protein) {
  await study.complete();
  const { proteins } = study;
  shown("protein-title").replaceChildren(element("bdi", {}, nameOf(proteins, protein)));
  shown("protein-name").replaceChildren(element("bdi", {}, proteins.protein_name[protein] ?? ""), ` ${proteins.protein_group[protein]}`);
  const known = proteins.known_myokine[protein];
  shown("protein-class").textContent = `${words(proteins.secretion_class[protein])}${proteins.secretion_reason[protein] ? `: ${proteins.secretion_reason[protein]}` : ""}.`
    + (known === null ? "" : ` Known myokine: ${known}.`) + (proteins.own_list[protein] === null ? "" : ` On the lab's own list: ${proteins.own_list[protein]}.`);
  showLinks(proteins, protein);
  showContrasts(study, protein, contrast);
  showEvidence(proteins, protein);
  showPartners(study, contrast, protein);
  shown("protein-score-title").replaceChildren("Score in ", element("bdi", {}, study.contrasts[contrast].about.name));
  if (!panel.open) panel.showModal();
  panel.scrollTop = 0;
  await showIntensities(proteins, protein);
  await showTopology(proteins, protein);
  await showScore(study, contrast, protein);
}

shown("protein-close")?.addEventListener("click", () => panel.close());
// A click beside the panel falls on the dialog itself.
panel?.addEventListener("click", (event) => {
  if (event.target === panel) panel.close();
});
