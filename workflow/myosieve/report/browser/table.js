// The ranked table: DataTables over rows {contrast, protein}, whose cells are looked up in the columns of the contrast.

const uniprot = /^(?:[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2})(?:-[0-9]+)?$/;

function accessionLink(value) {
  if (!uniprot.test(value ?? "")) return element("bdi", {}, value ?? "");
  const href = `https://www.uniprot.org/uniprotkb/${value}/entry`;
  return element("a", { href, rel: "noreferrer noopener" }, value);
}

// What stands against a candidate beside its numbers; a check that was not run is no flag.
function flagsOf(columns, row) {
  const found = [["leak", columns.leak_flag[row]], ["serum", columns.serum_flag[row]]]
    .filter(([, flag]) => flag !== null && flag !== "not run")
    .map(([name, flag]) => `${name}: ${flag}`);
  if (columns.test[row] === "detection") found.push("seen in one condition only");
  return found;
}

const nameOf = (proteins, row) => proteins.gene[row] ?? proteins.accession[row] ?? proteins.protein_group[row];

// Name, heading, value of a row, and how it looks; `shown` ones stand in the table from the start.
function tableColumns(study) {
  const { proteins, contrasts } = study;
  const of = (name) => ({ contrast, protein }) => contrasts[contrast].columns[name][protein];
  const fixed = (digits) => (value) => (value === null ? "" : value.toFixed(digits));
  const text = (name, title, value, more = {}) => ({ name, title, value, ...more });
  const number = (name, title, look, more = {}) => ({ name, title, value: of(name), look, measured: true, ...more });
  return [
    number("rank", "Rank", fixed(0), { shown: true }),
    text("contrast", "Contrast", ({ contrast }) => contrasts[contrast].about.name),
    text("gene", "Gene", ({ protein }) => nameOf(proteins, protein), { shown: true }),
    text("accession", "Accession", ({ protein }) => proteins.accession[protein], { shown: true, render: accessionLink }),
    text("protein_group", "Protein group", ({ group }) => group),
    text("protein_name", "Protein", ({ protein }) => proteins.protein_name[protein]),
    number("log2fc", "log2FC", fixed(2), { shown: true }),
    number("ci_low", "CI low", fixed(2)),
    number("ci_high", "CI high", fixed(2)),
    number("q_value", "q", smallNumber, { shown: true }),
    text("secretion_class", "Secretion", ({ protein }) => words(proteins.secretion_class[protein]), { shown: true }),
    text("confidence", "Confidence", of("confidence"), { shown: true }),
    text("flags", "Flags", ({ contrast, protein }) => flagsOf(contrasts[contrast].columns, protein).join("; "), { shown: true }),
    text("known_myokine", "Known myokine", ({ protein }) => proteins.known_myokine[protein]),
    number("score", "Score", fixed(3), { shown: true }),
    number("rank_low", "Rank from", fixed(0)),
    number("rank_high", "Rank to", fixed(0)),
    number("n_treatment", "Seen, treatment", fixed(0)),
    number("n_control", "Seen, control", fixed(0)),
    text("receptors", "Receptors", ({ protein }) => proteins.receptors[protein]),
    text("reason", "Reason", ({ contrast, protein }) => {
      const { reason, excluded_because: excluded } = contrasts[contrast].columns;
      return reason[protein] ?? (excluded[protein] === null ? null : `Left out: ${excluded[protein]}`);
    }, { shown: true }),
  ];
}

// DataTables puts a missing number before every other; here it comes last, whichever way a column is sorted.
const missingLast = (compare) => (a, b) => (a === null || b === null ? (a === null) - (b === null) : compare(a, b));

// A spreadsheet runs a text that begins like a formula; with an apostrophe before it, it shows it.
const harmless = (value) => (typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value));

async function makeTable(place, columns, fileName, open) {
  await library("tables");
  const DataTable = globalThis.tableLibrary.default;
  DataTable.ext.type.order["measured-asc"] = missingLast((a, b) => a - b);
  DataTable.ext.type.order["measured-desc"] = missingLast((a, b) => b - a);
  const safe = DataTable.render.text();
  const cell = (column) => (row, type) => {
    const value = column.value(row);
    if (type !== "display") return type === "export" || !column.measured ? value ?? "" : value;
    if (column.measured) return column.look(value);
    if (column.render) return column.render(value);
    if (column.name !== "gene") return safe.display(value ?? "");
    const button = element("button", { type: "button", class: "open-protein" }, element("bdi", {}, value));
    button.dataset.group = row.group;
    button.addEventListener("click", () => open(row));
    return button;
  };
  return new DataTable(place, {
    data: [],
    columns: columns.map((column) => ({
      name: column.name,
      title: column.title,
      data: null,
      render: (row, type) => cell(column)(row, type),
      visible: column.shown ?? false,
      className: `column-${column.name} ${column.measured ? "dt-type-numeric" : ""}`,
      ...(column.measured ? { type: "measured" } : {}),
    })),
    order: [[0, "asc"]],
    pageLength: 25,
    autoWidth: false,
    deferRender: true,
    language: { emptyTable: "No protein passes these filters.", zeroRecords: "No protein passes these filters." },
    buttons: [{
      extend: "csvHtml5",
      name: "csv",
      filename: fileName,
      // By the mark at the beginning, a spreadsheet knows that names are in UTF-8.
      bom: true,
      // The library ends the file with an empty line.
      customize: (text) => `${text.trimEnd()}\n`,
      exportOptions: {
        columns: ":visible",
        orthogonal: "export",
        modifier: { search: "applied", order: "applied", page: "all" },
        // By itself the library drops what looks like markup, and a name in angle brackets is a name.
        format: { body: harmless },
      },
    }],
  });
}
