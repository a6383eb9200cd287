"""FragPipe: which column is a sample's, what a protein group is, peptides, and the tables of TMT-Integrator."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.engines import diann, fragpipe, fragpipe_peptides, fragpipe_tmt, maxquant
from myosieve.tables.reader import Choice, Reader
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

READERS = (*fragpipe.READERS, *fragpipe_peptides.READERS, *fragpipe_tmt.READERS)
ENDOTHELIAL = "secretome/endothelial_fragpipe/proteins_131-153.combined_protein.tsv.gz"
HYE = "shapes/fragpipe/fgcz_timstof_HYE124_humanDB_combined_protein.tsv.gz"
EINPROT = "shapes/fragpipe/einprot_FP19_combined_protein.tsv"
ION = "shapes/precursor_tables/FragPipe_combined_ion.tsv"

Make = Callable[..., Path]


def reader_of(header: Sequence[str]) -> Reader:
    fitting = [reader for reader in (*READERS, *maxquant.READERS) if not reader.lacks(header)]
    assert len(fitting) == 1, fitting
    return fitting[0]


def read(table: Path, sheet: Path, quantity: str = "auto", scale: str = "auto") -> QuantTable:
    (source,) = open_sources(table)
    return reader_of(source.header).read(source, read_samples(sheet), Choice(quantity, scale))


@pytest.fixture
def proteins(write: Make) -> Make:
    """Write a combined_protein table of two proteins with the given columns behind the usual ones."""

    def proteins(columns: Mapping[str, Sequence[object]], **others: Sequence[object]) -> Path:
        content: dict[str, Sequence[object]] = {
            "Protein": ["sp|P02768|ALBU_HUMAN", "sp|P01137|TGFB1_HUMAN"],
            "Protein ID": ["P02768", "P01137"],
            "Gene": ["ALB", "TGFB1"],
            "Organism": ["Homo sapiens OX=9606"] * 2,
            "Description": ["Albumin", "Transforming growth factor beta-1"],
            "Combined Total Peptides": [30, 2],
            "Combined Spectral Count": [90, 9],
        }
        content |= {key.replace("_", " "): cells for key, cells in others.items()}
        return write("combined_protein.tsv", content | dict(columns) | {"Indistinguishable Proteins": ["", ""]})

    return proteins


def modern(*samples: str) -> dict[str, list[float]]:
    """Columns as FragPipe 19 and later write them: every column its own value, the second protein missing everywhere."""
    kinds = ("Spectral Count", "Unique Spectral Count", "Total Spectral Count", "Intensity", "MaxLFQ Intensity")
    names = [f"{sample} {kind}" for kind in kinds for sample in samples]
    return {name: [1000.0 + place, 0.0] for place, name in enumerate(names)}


# ---- columns -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "kind"), [("auto", "MaxLFQ Intensity"), ("lfq", "MaxLFQ Intensity"), ("intensity", "Intensity"),
                           ("spectral_count", "Spectral Count")],
)  # fmt: skip
def test_a_sample_goes_by_its_name_in_every_quantity(proteins, sheet, quantity: str, kind: str) -> None:
    columns = modern("A_1", "B 1")
    table = read(proteins(columns), sheet("a", "b", column=["A_1", "B 1"]), quantity)
    assert table.intensities.loc["P02768"].tolist() == [columns[f"A_1 {kind}"][0], columns[f"B 1 {kind}"][0]]
    assert table.quantity == ("lfq" if quantity == "auto" else quantity)


def test_zero_is_missing_in_counts_too(proteins, sheet) -> None:
    for quantity in ("lfq", "intensity", "spectral_count"):
        table = read(proteins(modern("A", "B")), sheet("A", "B"), quantity)
        assert table.intensities.loc["P01137"].isna().all()


def test_sums_over_samples_are_no_samples(proteins, sheet) -> None:
    table = read(proteins(modern("A", "B")), sheet("A"), "spectral_count")
    assert table.left_out == ("B Spectral Count",)
    with pytest.raises(InputError, match="'Combined'"):
        read(proteins(modern("A", "B")), sheet("Combined", "A"), "spectral_count")


def test_variants_are_read_by_their_full_name_and_told(proteins, sheet) -> None:
    columns = modern("A", "B")
    table = read(proteins(columns), sheet("a", "b", column=["A Total Spectral Count", "B Total Spectral Count"]))
    assert table.quantity == "spectral_count"
    assert table.intensities.loc["P02768", "a"] == columns["A Total Spectral Count"][0]
    assert table.left_out == ()  # A and B are in the sheet, if not by these columns
    assert "shared peptide counts for every protein group" in table.notes[0]
    mixed = read(proteins(columns), sheet("a", "b", column=["A Total Spectral Count", "B Spectral Count"]))
    assert "do not hold the same quantity" in mixed.notes[0]


@pytest.mark.parametrize("word", ["MaxLFQ", "Total", "Unique", "Razor"])
def test_a_sample_may_end_with_a_word_of_fragpipe(proteins, sheet, word: str) -> None:
    columns = modern(f"A {word}", "B")
    table = proteins(columns)
    for quantity, kind in (
        ("lfq", "MaxLFQ Intensity"),
        ("intensity", "Intensity"),
        ("spectral_count", "Spectral Count"),
    ):
        values = read(table, sheet(f"A {word}", "B"), quantity).intensities.loc["P02768"].tolist()
        assert values == [columns[f"A {word} {kind}"][0], columns[f"B {kind}"][0]]


def test_a_name_that_two_columns_have_is_refused(write, sheet) -> None:
    # Samples "A" and "A MaxLFQ": the table has "A MaxLFQ Intensity" twice, with two meanings.
    names = [*modern("A"), *modern("A MaxLFQ")]
    rows = [["Protein", "Protein ID", *names], ["sp|P1|X_HUMAN", "P1", *range(1000, 1000 + len(names))]]
    with pytest.raises(InputError, match="matches 2 columns"):
        read(write("t.tsv", rows), sheet("A MaxLFQ"), "intensity")


def test_prefixes_of_one_another_are_different_samples(proteins, sheet) -> None:
    columns = modern("A", "A_1", "A_10", "A 1")
    table = read(proteins(columns), sheet("A_1", "A", "A 1", "A_10"))
    assert table.intensities.loc["P02768"].tolist() == [
        columns[f"{sample} MaxLFQ Intensity"][0] for sample in ("A_1", "A", "A 1", "A_10")
    ]


def test_philosophers_old_table_means_razor_values(write, sheet) -> None:
    # Header of Philosopher 1 to 3 (github.com/Nesvilab/philosopher, abacus): no 'Protein', every value in three variants.
    kinds = [f"{word} {kind}" for kind in ("Spectral Count", "Intensity") for word in ("Total", "Unique", "Razor")]
    header = ["Protein Group", "SubGroup", "Protein ID", "Entry Name", "Gene Names", "Protein Length", "Coverage", "Organism",
              "Protein Existence", "Description", "Protein Probability", "Top Peptide Probability",
              "Unique Stripped Peptides", "Summarized Total Spectral Count", "Summarized Unique Spectral Count",
              "Summarized Razor Spectral Count", *[f"{sample} {kind}" for sample in "AB" for kind in kinds],
              "Indistinguishable Proteins"]  # fmt: skip
    row = [1, "a", "P02768", "ALBU_HUMAN", "ALB", 609, 50, "Homo sapiens", "1", "Albumin", 1, 0.99, 12, 5, 5, 5,
           *range(101, 113), "sp|P1|X_HUMAN, sp|P2|Y_HUMAN"]  # fmt: skip
    path = write("combined_protein.tsv", [header, row])
    table = read(path, sheet("A", "B"))
    assert (table.quantity, table.intensities.loc["P02768"].tolist()) == ("intensity", [106, 112])
    assert read(path, sheet("A", "B"), "spectral_count").intensities.loc["P02768"].tolist() == [103, 109]
    assert table.left_out == ()
    protein = table.proteins.iloc[0]
    assert (protein["gene"], protein["peptides"], protein["accessions"]) == ("ALB", 12, "P02768;P1;P2")


def test_the_names_that_r_makes_are_read(write, sheet) -> None:
    header = ["Protein", "Protein.ID", "Gene", "Combined.Total.Peptides", "A_1.Spectral.Count", "A_1.Unique.Spectral.Count",
              "A_1.MaxLFQ.Intensity", "A_1.Intensity", "Indistinguishable.Proteins"]  # fmt: skip
    path = write("t.tsv", [header, ["sp|P1|X_HUMAN", "P1", "G", 3, 7, 5, 2000, 3000, ""]])
    assert read(path, sheet("A_1")).intensities.loc["P1"].tolist() == [2000]
    assert read(path, sheet("A_1"), "spectral_count").intensities.loc["P1"].tolist() == [7]
    # R makes "Protein.Group" of Philosopher's "Protein Group", which is DIA-NN's own: FragPipe must be asked first.
    old = ["Protein.Group", "SubGroup", "Protein.ID", "A.Total.Intensity", "Indistinguishable.Proteins"]
    assert not fragpipe.lacks_protein(old)
    assert not diann.lacks_pg_matrix(old)


def test_channels_of_labels_are_samples_and_whole_plexes_are_told(proteins, sheet) -> None:
    columns = modern("plex1") | {"c_126 Abundance": [500.5, 0], "c_127N Abundance": [600.5, 30.1]}
    table = read(proteins(columns), sheet("c_127N", "c_126"))
    assert (table.quantity, table.notes) == ("reporter", ())
    assert table.intensities.loc["P02768"].tolist() == [600.5, 500.5]
    assert "whole plexes" in read(proteins(columns), sheet("plex1")).notes[0]


def test_what_the_table_has_not_is_refused_in_one_line(proteins, sheet) -> None:
    with pytest.raises(InputError, match="no ratio column per sample; use lfq or intensity or spectral_count"):
        read(proteins(modern("A")), sheet("A"), "ratio")
    with pytest.raises(InputError, match=r"for 'C'.*columns without a sample: 'B MaxLFQ Intensity'.*manifest names it"):
        read(proteins(modern("A", "B")), sheet("A", "C"))


def test_headers_of_other_tables_are_told_apart() -> None:
    assert fragpipe.lacks_protein(()) == "a column 'Protein ID'"
    assert fragpipe_peptides.lacks(()) == "a column 'Peptide Sequence'"
    assert fragpipe_tmt.lacks(()) == "a column 'ReferenceIntensity'"
    single = [
        "Protein",
        "Protein ID",
        "Protein Probability",
        "Total Spectral Count",
        "Razor Intensity",
        "Unique Intensity",
    ]
    assert "<sample>" in fragpipe.lacks_protein(single)  # protein.tsv of one experiment
    psm = [
        "Spectrum",
        "Spectrum File",
        "Peptide",
        "Charge",
        "Protein",
        "Mapped Proteins",
        "Assigned Modifications",
        "A Abundance",
    ]
    assert fragpipe_peptides.lacks(psm)
    sites = ["Index", "Gene", "ProteinID", "Peptide", "A Intensity"]  # combined_site
    assert all(reader.lacks(sites) for reader in READERS)


# ---- proteins ------------------------------------------------------------------------------------------------------


def test_indistinguishable_proteins_follow_the_leading_one(write, sheet) -> None:
    rows = [
        ["Protein", "Protein ID", "Organism", "A MaxLFQ Intensity", "Indistinguishable Proteins"],
        ["A0A075B6K5|LV39_HUMAN", "A0A075B6K5", "Homo sapiens", 5000, "sp|P80748|LV321_HUMAN, tr|Q1|Q1_HUMAN"],
        ["sp|Q9|X_YEAST", "Q9", "Saccharomyces cerevisiae (strain ATCC 204508 / S288c) OX=559292", 6000, ""],
    ]
    proteins = read(write("t.tsv", rows), sheet("A")).proteins
    assert proteins["accessions"].tolist() == ["A0A075B6K5;P80748;Q1", "Q9"]
    assert proteins["protein_group"].tolist() == ["A0A075B6K5", "Q9"]
    assert proteins["organism"].tolist() == ["Homo sapiens", "Saccharomyces cerevisiae"]


def test_marks_that_the_protein_id_loses_are_read_from_the_protein(write, sheet) -> None:
    ids = ["contam_sp|P02769|ALBU_BOVIN", "sp|P02769|ALBU_BOVIN", "rev_sp|P1|X_HUMAN", "sp|Cont_P2|Y_HUMAN", "P3"]
    short = ["P02769", "P02769", "P1", "Cont_P2", "P3"]
    others = ["sp|P9|Z_HUMAN", "", "", "", "contam_P4, rev_P5"]
    rows = [
        ["Protein", "Protein ID", "A Spectral Count", "Indistinguishable Proteins"],
        *zip(ids, short, [5] * 5, others, strict=True),
    ]
    proteins = read(write("t.tsv", rows), sheet("A")).proteins
    assert proteins["protein_group"].tolist() == ["P02769", "P02769 #2", "P1", "Cont_P2", "P3"]
    assert proteins["contaminant"].tolist() == [True, False, False, True, False]
    assert proteins["decoy"].tolist() == [False, False, True, False, False]
    assert proteins["accession"].tolist() == ["P02769", "P02769", "P1", "P2", "P3"]


def test_a_header_in_the_protein_id_gives_gene_name_and_species(write, sheet) -> None:
    rows = [
        ["Protein", "Protein ID", "Gene", "Organism", "Description", "A Spectral Count", "Indistinguishable Proteins"],
        [
            "contam_P02769",
            "contam_P02769 SWISS-PROT:P02769 (Bos taurus) Serum albumin",
            "",
            "",
            "SWISS-PROT:P02769",
            5,
            "",
        ],
        ["contam_P04264", "contam_P04264 SWISS-PROT:P04264 Tax_Id=9606 Gene_Symbol=KRT1 Keratin 1", "", "", "X", 5, ""],
    ]
    proteins = read(write("t.tsv", rows), sheet("A")).proteins
    assert proteins["protein_group"].tolist() == ["contam_P02769", "contam_P04264"]
    assert proteins["protein_name"].tolist() == ["Serum albumin", "Keratin 1"]
    assert proteins["organism"].tolist() == ["Bos taurus", "Homo sapiens"]
    assert proteins["gene"].tolist() == ["", "KRT1"]


# ---- peptides and ions ---------------------------------------------------------------------------------------------


@pytest.fixture
def ions(write: Make) -> Make:
    def ions(**columns: Sequence[object]) -> Path:
        content: dict[str, Sequence[object]] = {
            "Peptide Sequence": ["AAK", "AAK", "CCK", "DDK"],
            "Modified Sequence": ["AAK", "AAK", "C[57.0215]CK", "DDK"],
            "Prev AA": ["K"] * 4,
            "Charge": [2, 3, 2, 2],
            "Protein": ["sp|P1|X_HUMAN", "sp|P1|X_HUMAN", "sp|P1|X_HUMAN", "contam_sp|P1|X_HUMAN"],
            "Protein ID": ["P1"] * 4,
            "Gene": ["G"] * 4,
            "Mapped Proteins": ["", "", "sp|P7|Y_HUMAN", ""],
            "A Spectral Count": [1, 2, 3, 4],
            "B Spectral Count": [1, 2, 3, 0],
            "A Apex Retention Time": [10.5, 10.5, 11, 12],
            "A Match Type": ["MS/MS", "MBR", "unmatched", "MS/MS"],
            "A Intensity": [1e5, 2e5, 0.0, 3e5],
            "B Intensity": [1.5e5, 0.0, 2.5e5, 3e5],
        }
        return write("combined_ion.tsv", content | {key.replace("_", " "): cells for key, cells in columns.items()})

    return ions


def test_ions_are_precursors_of_their_razor_protein(ions, sheet) -> None:
    table = read(ions(), sheet("A", "B"))
    features = table.precursors.features
    assert features["precursor"].tolist() == ["AAK/2", "AAK/3", "C[57.0215]CK/2", "DDK/2"]
    assert features["protein_group"].tolist() == ["P1", "P1", "P1", "P1 #2"]
    assert features["sequence"].tolist() == ["AAK", "AAK", "CCK", "DDK"]
    np.testing.assert_array_equal(table.precursors.intensities["A"], [1e5, 2e5, np.nan, 3e5])
    assert table.intensities.isna().all(axis=None)
    assert table.intensities.shape == (2, 2)
    assert (table.quantity, table.left_out, table.removed) == ("intensity", (), {})


def test_peptides_are_counted_by_sequence_and_unique_where_nothing_else_is_mapped(ions, sheet) -> None:
    table = read(ions(), sheet("A", "B"))
    assert table.proteins[["peptides", "unique_peptides"]].to_numpy().tolist() == [[2, 1], [1, 1]]
    assert table.proteins["contaminant"].tolist() == [False, True]
    assert table.peptide_counts.to_numpy().tolist() == [[1, 2], [1, 1]]


def test_maxlfq_of_peptides_is_read_when_asked_for(ions, sheet) -> None:
    path = ions(A_MaxLFQ_Intensity=[7e5, 0, 0, 0])
    assert read(path, sheet("A")).quantity == "intensity"
    assert read(path, sheet("A"), "lfq").precursors.intensities["A"].tolist()[0] == 7e5
    assert read(path, sheet("A"), "spectral_count").precursors.intensities["A"].tolist() == [1, 2, 3, 4]


def test_rows_without_protein_are_left_out_and_counted(ions, sheet) -> None:
    blank = ["", "sp|P1|X_HUMAN", "", "sp|P1|X_HUMAN"]
    table = read(ions(Protein=blank, Protein_ID=["", "P1", "", "P1"]), sheet("A", "B"))
    assert table.removed == {"no protein": 2}
    assert table.precursors.features["precursor"].tolist() == ["AAK/3", "DDK/2"]
    with pytest.raises(InputError, match="no row has a protein"):
        read(ions(Protein=[""] * 4, Protein_ID=[""] * 4), sheet("A", "B"))


# ---- TMT-Integrator ------------------------------------------------------------------------------------------------

TMT = {
    "Index": ["P02768", "P01137"],
    "NumberPSM": [12, 3],
    "Gene": ["ALB", "TGFB1"],
    "MaxPepProb": [1.0, 0.99],
    "ReferenceIntensity": [20.0, 16.0],
    "s 1": [21.0, "NA"],
    "s 2": [19.0, 16.5],
    "RefInt_plex1": [20.0, 16.0],
}


def test_abundances_of_tmt_integrator_are_log2(write, sheet) -> None:
    table = read(write("abundance_protein_MD.tsv", TMT), sheet("s 2", "s 1"))
    assert table.intensities.loc["P02768"].tolist() == [2.0**19, 2.0**21]
    assert np.isnan(table.intensities.loc["P01137", "s 1"])
    assert (table.quantity, table.left_out, table.notes) == ("reporter", (), ())
    assert table.proteins["gene"].tolist() == ["ALB", "TGFB1"]
    reference = read(write("t.tsv", TMT), sheet("s 1", "pool", column=["s 1", "RefInt_plex1"]))
    assert reference.intensities.loc["P02768", "pool"] == 2.0**20


def test_linear_abundances_of_tmt_integrator_stay_as_they_are(write, sheet) -> None:
    linear = TMT | {"s 1": [2097152.0, 10.5], "s 2": [524288.0, 92681.9]}
    assert read(write("t.tsv", linear), sheet("s 1")).intensities.loc["P02768", "s 1"] == 2097152.0


def test_ratios_of_tmt_integrator_are_told(write, sheet) -> None:
    table = read(write("ratio_protein_MD.tsv", TMT | {"s 1": [1.0, "NA"], "s 2": [-1.0, 0.0]}), sheet("s 1", "s 2"))
    assert table.quantity == "ratio"
    assert table.intensities.loc["P02768"].tolist() == [2, 0.5]
    assert table.intensities.loc["P01137", "s 2"] == 1  # log2 of a ratio may be 0
    assert "ratios" in table.notes[0]
    with pytest.raises(InputError, match="ratios to a reference, not 'reporter'; set quantity to auto or ratio"):
        read(write("r.tsv", TMT | {"s 1": [1.0, "NA"], "s 2": [-1.0, 0.0]}), sheet("s 1", "s 2"), "reporter")


def test_the_newer_protein_table_tells_indistinguishable_proteins(write, sheet) -> None:
    more = {
        "Protein": ["sp|P02768|ALBU_HUMAN", "contam_sp|P01137|TGFB1_HUMAN"],
        "Organism": ["Homo sapiens OX=9606"] * 2,
    }
    more |= {"IndistinguishableProteins": ["sp|P5|A_HUMAN, sp|P6|B_HUMAN", ""]}
    proteins = read(write("t.tsv", TMT | more), sheet("s 1", "s 2")).proteins
    assert proteins["accessions"].tolist() == ["P02768;P5;P6", "P01137"]
    assert proteins["contaminant"].tolist() == [False, True]
    assert proteins["protein_group"].tolist() == ["P02768", "P01137"]


def test_genes_go_by_their_protein_and_are_refused_without(write, sheet) -> None:
    genes = {"Index": ["ALB", "TGFB1"], "NumberPSM": [1, 1], "ProteinID": ["P02768", "P01137"]} | {
        name: TMT[name] for name in ("MaxPepProb", "ReferenceIntensity", "s 1", "s 2")
    }
    proteins = read(write("abundance_gene_MD.tsv", genes), sheet("s 1")).proteins
    assert proteins[["protein_group", "gene"]].to_numpy().tolist() == [["P02768", "ALB"], ["P01137", "TGFB1"]]
    with pytest.raises(InputError, match=r"a row per gene .*; give abundance_protein instead"):
        read(write("g.tsv", {name: cells for name, cells in genes.items() if name != "ProteinID"}), sheet("s 1"))


def test_peptides_of_tmt_integrator_are_rolled_up_and_sites_refused(write, sheet) -> None:
    peptides = {
        "Index": ["P1_AAK", "P1_CCK"],
        "Gene": ["G", "G"],
        "ProteinID": ["P1", "P1"],
        "Peptide": ["AAK", "CCK"],
    } | {name: TMT[name] for name in ("MaxPepProb", "ReferenceIntensity", "s 1", "s 2")}
    table = read(write("abundance_peptide_MD.tsv", peptides), sheet("s 1", "s 2"))
    assert table.precursors.features["sequence"].tolist() == ["AAK", "CCK"]
    assert table.precursors.intensities["s 2"].tolist() == [2.0**19, 2.0**16.5]
    assert table.peptide_counts.loc["P1"].tolist() == [1, 2]
    sites = peptides | {"Index": ["P1_S15", "P1_T20"], "Peptide": ["AAs", "AAtK"]}
    with pytest.raises(InputError, match="modification sites"):
        read(write("abundance_single-site_MD.tsv", sites), sheet("s 1", "s 2"))


def test_abundances_of_dia_are_no_reporter_ions(write, sheet) -> None:
    assert read(write("abundance_protein_MS2quant_None.tsv", TMT), sheet("s 1")).quantity == "normalized"


# ---- real tables ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "shape", "contaminants"),
    [(ENDOTHELIAL, (3346, 22), 0), (HYE, (4961, 6), 0), (EINPROT, (453, 9), 37)],
)
@pytest.mark.parametrize(
    ("quantity", "kind"),
    [("lfq", " MaxLFQ Intensity"), ("intensity", " Intensity"), ("spectral_count", " Spectral Count")],
)
def test_real_protein_tables_are_read_as_plain_counts_say(
    shared_data: Path, sheet, name: str, shape: tuple[int, int], contaminants: int, quantity: str, kind: str
) -> None:
    raw = pd.read_csv(shared_data / name, sep="\t")
    samples = [column.removesuffix(" MaxLFQ Intensity") for column in raw if column.endswith(" MaxLFQ Intensity")]
    table = read(shared_data / name, sheet(*samples), quantity)
    assert table.intensities.shape == (len(raw), len(samples)) == shape
    expected = raw[[sample + kind for sample in samples]].replace(0, np.nan).to_numpy()
    np.testing.assert_array_equal(table.intensities.to_numpy(), expected)
    assert table.left_out == ()
    assert table.proteins["protein_group"].is_unique
    proteins = table.proteins
    assert int(proteins["contaminant"].sum()) == int(raw["Protein"].str.startswith("contam_").sum()) == contaminants
    assert not proteins["decoy"].any()
    assert proteins["peptides"].tolist() == raw["Combined Total Peptides"].tolist()
    species = raw["Organism"].fillna("").str.replace(r" OX=\d+$", "", regex=True)
    simple = species.ne("") & ~species.str.contains("(", regex=False)
    assert proteins["organism"][simple].tolist() == species[simple].tolist()


def test_the_key_of_real_proteins_is_their_accession(shared_data: Path, sheet) -> None:
    raw = pd.read_csv(shared_data / ENDOTHELIAL, sep="\t")
    proteins = read(shared_data / ENDOTHELIAL, sheet("HCA_C_1", "HIT_M_3")).proteins
    assert proteins["accession"].tolist() == proteins["protein_group"].tolist() == raw["Protein ID"].tolist()
    others = raw["Indistinguishable Proteins"].fillna("").map(lambda cell: len(cell.split(", ")) if cell else 0)
    assert (proteins["accessions"].str.count(";") <= others).all()
    assert (proteins["accessions"].str.count(";") == others).mean() > 0.99


def test_real_ions_are_read_as_plain_counts_say(shared_data: Path, sheet) -> None:
    raw = pd.read_csv(shared_data / ION, sep="\t")
    columns = [column for column in raw if column.endswith(" Intensity")]
    table = read(shared_data / ION, sheet(*[column.removesuffix(" Intensity") for column in columns]))
    np.testing.assert_array_equal(table.precursors.intensities.to_numpy(), raw[columns].replace(0, np.nan).to_numpy())
    assert table.precursors.features["protein_group"].tolist() == raw["Protein ID"].tolist()
    assert len(table.proteins) == raw["Protein"].nunique()
    marked = raw.drop_duplicates("Protein")["Protein"].str.contains("Cont_")
    assert table.proteins["contaminant"].tolist() == marked.tolist()
    seen = raw[raw[columns[0]] > 0].groupby("Protein ID")["Peptide Sequence"].nunique()
    counts = table.peptide_counts.iloc[:, 0]
    assert counts[counts > 0].to_dict() == seen.to_dict()


def test_without_any_protein_id_the_protein_is_the_key_and_the_description_has_the_header(proteins, sheet) -> None:
    # what Philosopher writes where it takes the database for none of UniProt's
    table = proteins(
        modern("A", "B"),
        Protein=["sp|P00330|ADH1_YEAST", "sp|P0CS91|HSP77_YEASX"],
        Protein_ID=["", ""],
        Gene=["", ""],
        Organism=["", ""],
        Description=[
            "sp|P00330|ADH1_YEAST Alcohol dehydrogenase 1 OS=Saccharomyces cerevisiae (strain S288c) OX=559292 GN=ADH1 PE=1",
            "mitochondrial OS=Saccharomyces cerevisiae (strain S288c) OX=559292 GN=SSC1 PE=1 SV=1",
        ],
    )
    found = read(table, sheet("A", "B")).proteins
    assert found["protein_group"].tolist() == ["sp|P00330|ADH1_YEAST", "sp|P0CS91|HSP77_YEASX"]
    assert found["accession"].tolist() == ["P00330", "P0CS91"]
    assert found["gene"].tolist() == ["ADH1", "SSC1"]
    assert found["protein_name"].tolist() == ["Alcohol dehydrogenase 1", "mitochondrial"]
    assert found["organism"].tolist() == ["Saccharomyces cerevisiae"] * 2


def test_a_gene_that_r_wrote_as_na_is_none(proteins, sheet) -> None:
    assert read(proteins(modern("A", "B"), Gene=["NA", "TGFB1"]), sheet("A", "B")).proteins["gene"].tolist() == [
        "",
        "TGFB1",
    ]


def test_the_organism_column_gives_the_species_with_or_without_its_number(proteins: Make, sheet: Make) -> None:
    for written in ("Bos taurus OX=9913", "Bos taurus", "Bos taurus (Bovine)", "9913", ""):
        ids = ["contam_sp|P02769|ALBU_BOVIN", "sp|P01137|TGFB1_HUMAN"]
        table = proteins(modern("A", "B"), Protein=ids, Protein_ID=["P02769", "P01137"],
                         Organism=[written, "Homo sapiens OX=9606"])  # fmt: skip
        assert read(table, sheet("A", "B")).proteins["organism"].tolist() == ["Bos taurus", "Homo sapiens"], written
