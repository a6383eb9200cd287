"""MaxQuant's peptides.txt and evidence.txt: whose peptide, which run, and what is refused."""

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.engines import maxquant, maxquant_precursors
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

EVIDENCE = "shapes/precursor_tables/MaxQuant_evidence_sample.txt"
MAXDIA = "shapes/precursor_tables/MaxDIA_evidence_sample.txt.gz"


def read(table: Path, sheet: Path, quantity: str = "auto", scale: str = "auto", **limits: float) -> QuantTable:
    [source] = open_sources(table)
    [reader] = [one for one in maxquant_precursors.READERS if not one.lacks(source.header)]
    return reader.read(source, read_samples(sheet), Choice(quantity, scale, limits))


@pytest.fixture
def peptides(write):
    """Write a peptides.txt of three peptides of two proteins; columns by keyword win."""

    def peptides(**columns: Sequence[object] | None) -> Path:
        content = {
            "Sequence": ["AAK", "CCK", "DDK"],
            "Proteins": ["P1", "P1;P2", "P2"],
            "Leading razor protein": ["P1", "P1", "P2"],
            "Unique (Groups)": ["yes", "no", "yes"],
            "Intensity": [9, 9, 9],
            "Intensity A1": [1, 0, 3],
            "Intensity B1": [4, 5, 6],
            "Reverse": ["", "", ""],
            "Potential contaminant": ["", "+", "+"],
        } | {key.replace("__", " "): cells for key, cells in columns.items()}
        return write("peptides.txt", {key: cells for key, cells in content.items() if cells is not None})

    return peptides


@pytest.fixture
def evidence(write):
    """Write an evidence.txt: rows of raw file, experiment, modified sequence, charge, razor protein and intensity."""

    def evidence(rows: Sequence[Sequence[object]], **columns: Sequence[object] | None) -> Path:
        names = ["Raw file", "Experiment", "Modified sequence", "Charge", "Leading razor protein", "Intensity"]
        content: Mapping[str, Sequence[object]] = dict(zip(names, zip(*rows, strict=True), strict=True))
        content |= {"Sequence": [str(row[2]).strip("_").replace("(ac)", "") for row in rows]}
        content |= {"Proteins": content["Leading razor protein"], "PEP": ["NaN"] * len(rows)}
        content |= {key.replace("__", " "): cells for key, cells in columns.items()}
        return write("evidence.txt", {key: cells for key, cells in content.items() if cells is not None})

    return evidence


ROWS = [
    ("a_1", "A", "_AAK_", 2, "P1", 1),
    ("a_2", "A", "_AAK_", 2, "P1", 2),
    ("a_2", "A", "_AAK_", 3, "P1", 4),
    ("a_1", "A", "_(ac)AAK_", 2, "P1", ""),
    ("b_1", "B", "_AAK_", 2, "P1", 8),
    ("b_1", "B", "_CCK_", 2, "CON__P2", 16),
    ("b_2", "B", "_DDK_", 2, "REV__P3", 32),
]


# ---- peptides.txt --------------------------------------------------------------------------------------------------


def test_a_peptide_belongs_to_its_razor_protein(peptides, sheet) -> None:
    table = read(peptides(), sheet("B1", "A1"))
    assert table.precursors.features[["precursor", "protein_group"]].to_numpy().tolist() == [
        ["AAK", "P1"],
        ["CCK", "P1"],
        ["DDK", "P2"],
    ]
    assert table.precursors.features["sequence"].tolist() == ["AAK", "CCK", "DDK"]
    assert table.precursors.intensities["B1"].tolist() == [4, 5, 6]
    assert table.precursors.intensities["A1"].isna().tolist() == [False, True, False]  # 0 is missing
    assert (table.engine, table.quantity, table.notes, table.left_out) == ("MaxQuant", "intensity", (), ())
    assert table.intensities.shape == (2, 2)
    assert table.intensities.isna().all(axis=None)  # to be rolled up


def test_peptides_are_counted_per_group_and_per_sample_that_has_a_value(peptides, sheet) -> None:
    table = read(peptides(), sheet("A1", "B1"))
    assert table.proteins[["peptides", "unique_peptides"]].to_numpy().tolist() == [[2, 1], [1, 1]]
    assert table.peptide_counts.to_numpy().tolist() == [[1, 2], [1, 1]]


def test_lfq_intensities_of_peptides_are_preferred(peptides, sheet) -> None:
    lfq = {"LFQ intensity A1": [11, 12, 13], "LFQ intensity B1": [14, 15, 16]}
    table = read(peptides(**lfq), sheet("A1", "B1"))
    assert (table.quantity, table.precursors.intensities["A1"].tolist()) == ("lfq", [11, 12, 13])
    assert read(peptides(**lfq), sheet("A1", "B1"), "intensity").quantity == "intensity"


def test_a_group_is_marked_when_all_its_peptides_are(peptides, sheet) -> None:
    proteins = read(peptides(), sheet("A1", "B1")).proteins
    assert proteins["contaminant"].tolist() == [
        False,
        True,
    ]  # a peptide that P1 shares with a contaminant proves nothing
    assert proteins["contaminant_by"].tolist() == ["", "engine"]


def test_peptides_of_decoys_are_kept_and_told_by_their_razor_protein(peptides, sheet) -> None:
    table = read(
        peptides(Proteins=["P1", "", ""], Leading__razor__protein=["P1", "REV__P9", ""], Reverse=["", "+", "+"]),
        sheet("A1", "B1"),
    )
    assert table.proteins["decoy"].tolist() == [False, True]
    assert table.removed == {"peptides without a protein": 1}


def test_genes_are_those_of_a_peptide_of_no_other_protein(peptides, sheet) -> None:
    """The genes of a shared peptide are each listed once: their order is not that of the proteins."""
    genes = peptides(
        Leading__razor__protein=["P1", "P2", "P2"],
        Gene__names=["IL6", "ABC;IL6", "XYZ"],
        Protein__names=["Interleukin-6;Other name", "Abc;Interleukin-6", ""],
    )
    proteins = read(genes, sheet("A1", "B1")).proteins
    assert proteins["gene"].tolist() == ["IL6", "XYZ"]
    assert proteins["protein_name"].tolist() == ["Interleukin-6", ""]


def test_without_razor_proteins_the_set_of_proteins_is_the_group_with_a_note(peptides, sheet) -> None:
    table = read(peptides(Leading__razor__protein=None), sheet("A1", "B1"))
    assert table.proteins["protein_group"].tolist() == ["P1", "P1;P2", "P2"]
    assert "no column 'Leading razor protein'" in table.notes[0]


def test_modified_forms_of_a_peptide_are_precursors_of_one_sequence(peptides, sheet) -> None:
    modified = peptides(
        Sequence=["AAK", "AAK", "DDK"], Modifications=["Unmodified", "Acetyl (Protein N-term)", "Unmodified"]
    )
    table = read(modified, sheet("A1", "B1"))
    assert table.precursors.features["precursor"].tolist() == ["AAK", "AAK Acetyl (Protein N-term)", "DDK"]
    assert table.proteins["peptides"].tolist() == [1, 1]
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1], [1, 1]]


def test_reporter_channels_of_peptides_are_read_and_their_ratios_are_refused(peptides, sheet) -> None:
    reporter = {f"Reporter intensity {kind}{place} mix": [place] * 3 for kind in ("corrected ", "") for place in (1, 2)}
    table = read(peptides(**reporter), sheet("1 mix", "2 mix"))
    assert (table.quantity, table.precursors.intensities["2 mix"].tolist()) == ("reporter", [2, 2, 2])
    silac = peptides(**{"Ratio H/L normalized A1": [1, 2, 3], "Intensity L A1": [1, 2, 3], "Intensity H A1": [4, 5, 6]})
    with pytest.raises(InputError, match=r"ratios of peptides are not read; give proteinGroups\.txt"):
        read(silac, sheet("H/L A1"))
    assert read(silac, sheet("L A1", "H A1")).precursors.intensities["H A1"].tolist() == [4, 5, 6]


def test_peptides_in_the_names_of_r_are_read_as_well(peptides, write, sheet) -> None:
    plain = read(peptides(), sheet("A1", "B1"))
    mangled = pd.read_csv(peptides(), sep="\t", keep_default_na=False)
    mangled.columns = mangled.columns.str.replace(r"[ ()]", ".", regex=True)
    again = read(write("r.csv", mangled.to_dict("list"), ","), sheet("A1", "B1"))
    pd.testing.assert_frame_equal(again.proteins, plain.proteins)
    pd.testing.assert_frame_equal(again.precursors.intensities, plain.precursors.intensities)


# ---- evidence.txt --------------------------------------------------------------------------------------------------


def test_features_of_a_precursor_are_summed_over_the_fractions_of_an_experiment(evidence, sheet) -> None:
    table = read(evidence(ROWS), sheet("B", "A"))
    values = table.precursors.intensities
    assert values.loc[["_AAK__2", "_AAK__3"], "A"].tolist() == [3, 4]  # 1 + 2 in two raw files
    assert values.loc["_AAK__2", "B"] == 8
    assert values.loc["_(ac)AAK__2"].isna().all()
    assert table.precursors.features.set_index("precursor")["sequence"]["_(ac)AAK__2"] == "AAK"
    assert (table.engine, table.quantity, table.left_out, table.notes) == ("MaxQuant", "intensity", (), ())


def test_a_run_is_a_raw_file_where_the_sheet_names_those(evidence, sheet) -> None:
    table = read(evidence(ROWS), sheet("a_1", "a_2", "b_1", column=["a_1.raw", r"D:\raw\a_2.raw", "b_1"]))
    assert table.precursors.intensities.loc["_AAK__2"].tolist() == [1, 2, 8]
    assert table.left_out == ("b_2",)
    without = read(evidence(ROWS, Experiment=None), sheet("a_1", "b_1"))
    assert without.precursors.intensities.loc["_AAK__2"].tolist() == [1, 8]
    empty = read(evidence(ROWS, Experiment=[""] * len(ROWS)), sheet("a_1", "b_1"))
    pd.testing.assert_frame_equal(empty.precursors.intensities, without.precursors.intensities)


def test_a_sample_that_is_no_run_is_refused_with_the_experiments(evidence, sheet) -> None:
    with pytest.raises(InputError, match=r"no run column of evidence\.txt for 'C'.* 'B'; write the experiment"):
        read(evidence(ROWS), sheet("A", "C"))


def test_the_razor_proteins_of_evidence_are_the_groups(evidence, sheet) -> None:
    proteins = read(evidence(ROWS), sheet("A", "B")).proteins
    assert proteins["protein_group"].tolist() == ["P1", "CON__P2", "REV__P3"]
    assert proteins["accession"].tolist() == ["P1", "P2", "P3"]
    assert proteins["contaminant"].tolist() == [False, True, False]
    assert proteins["decoy"].tolist() == [False, False, True]
    assert proteins["peptides"].tolist() == [1, 1, 1]


def test_a_group_of_evidence_is_a_contaminant_when_all_its_peptides_are_marked(evidence, sheet) -> None:
    rows = [("a", "A", f"_{name}_", 2, razor, 5) for name, razor in (("AAK", "P1"), ("CCK", "P1"), ("DDK", "P2"))]
    table = read(evidence(rows, Potential__contaminant=["+", "", "+"]), sheet("A"))
    assert table.proteins["contaminant"].tolist() == [False, True]
    assert table.precursors.features["precursor"].tolist() == ["_AAK__2", "_CCK__2", "_DDK__2"]  # the mark is taken off


def test_peptides_of_a_sample_are_sequences_that_it_has(evidence, sheet) -> None:
    table = read(evidence(ROWS), sheet("A", "B"))
    assert table.peptide_counts.to_numpy().tolist() == [[1, 1], [0, 1], [0, 1]]


def test_rows_that_match_between_runs_have_no_error_probability_and_stay_unless_one_is_asked_for(
    evidence, sheet
) -> None:
    table = evidence(ROWS, PEP=["0.5", "NaN", "0.001", "NaN", "0.001", "0.001", "0.001"])
    assert read(table, sheet("A", "B"), precursor_pep=1).precursors.intensities.loc["_AAK__2", "A"] == 3
    strict = read(table, sheet("A", "B"), precursor_pep=0.01)
    assert strict.removed["posterior error probability of the precursor above 0.01, or none"] == 3
    assert np.isnan(strict.precursors.intensities.loc["_AAK__2", "A"])


def test_a_gene_of_evidence_is_told_only_where_it_is_the_only_one(evidence, sheet) -> None:
    genes = ["IL6"] * 5 + ["ALB;AFP", ""]
    proteins = read(evidence(ROWS, Gene__Names=genes, Protein__Names=genes), sheet("A", "B")).proteins
    assert proteins["gene"].tolist() == proteins["protein_name"].tolist() == ["IL6", "", ""]


def test_what_evidence_cannot_give_is_refused(evidence, sheet) -> None:
    with pytest.raises(InputError, match=r"of a TMT or iTRAQ search.*; give proteinGroups\.txt or peptides\.txt"):
        read(evidence(ROWS, **{"Reporter intensity corrected 1": [1] * len(ROWS)}), sheet("A", "B"))
    with pytest.raises(InputError, match="of a SILAC search"):
        read(evidence(ROWS, **{"Intensity L": [1] * len(ROWS), "Intensity H": [1] * len(ROWS)}), sheet("A", "B"))
    with pytest.raises(InputError, match="holds intensities, not 'lfq'"):
        read(evidence(ROWS), sheet("A", "B"), "lfq")
    with pytest.raises(InputError, match="is linear, not 'log2'"):
        read(evidence(ROWS), sheet("A", "B"), scale="log2")


def test_no_other_table_is_taken_for_peptides_or_evidence() -> None:
    peptides, evidence = maxquant_precursors.lacks_peptides, maxquant_precursors.lacks_evidence
    sites = [
        "Proteins",
        "Positions within proteins",
        "Leading proteins",
        "Sequence window",
        "Intensity A",
        "Protein group IDs",
    ]
    msms = ["Raw file", "Sequence", "Modified sequence", "Proteins", "Charge", "Precursor Intensity", "Peptide ID"]
    groups = ["Protein IDs", "Majority protein IDs", "Sequence length", "Intensity A", "Peptide IDs"]
    ions = ["Peptide Sequence", "Modified Sequence", "Charge", "Protein", "A Intensity"]
    flash = ["Sequence", "Base Sequence", "Protein Groups", "Gene Names", "Intensity_A"]
    for header in (sites, msms, groups, ions, flash, ()):
        assert peptides(header), header
        assert evidence(header), header
        assert header is groups or maxquant.lacks(header), header
    feature = ["Raw file", "Modified sequence", "Charge", "Leading razor protein", "Intensity"]
    assert peptides(feature)
    assert not evidence(feature)


# ---- real tables ---------------------------------------------------------------------------------------------------


def species_of(table: QuantTable) -> dict[str, int]:
    return table.proteins["organism"].value_counts().to_dict()


def species_of_names(raw: pd.DataFrame) -> dict[str, int]:
    """Count the species that the names of the razor proteins end with, without MyoSieve."""
    names = {
        "HUMAN": "Homo sapiens",
        "YEAST": "Saccharomyces cerevisiae",
        "ECOLI": "Escherichia coli",
        "BOVIN": "Bos taurus",
    }
    ends = raw["Leading razor protein"].drop_duplicates().str.rpartition("_")[2]
    return ends.map(names).value_counts().to_dict()


def test_the_evidence_of_six_runs_is_read_as_plain_counts_say(shared_data: Path, sheet) -> None:
    raw = pd.read_csv(shared_data / EVIDENCE, sep="\t", quoting=3, keep_default_na=False, dtype=str)
    names = sorted(raw["Experiment"].unique())
    table = read(shared_data / EVIDENCE, sheet(*names))
    keys = ["Leading razor protein", "Modified sequence", "Charge"]
    amounts = raw.assign(Intensity=pd.to_numeric(raw["Intensity"]))
    expected = amounts.pivot_table("Intensity", keys, "Experiment", aggfunc="sum", dropna=False)
    expected = expected.replace(0, np.nan).dropna(how="all")
    values = table.precursors.intensities.dropna(how="all")
    assert len(values) == len(expected) > 100
    assert int(values.notna().to_numpy().sum()) == int(expected.notna().to_numpy().sum())
    np.testing.assert_allclose(values[names].sum(), expected[names].sum(), rtol=1e-12)
    assert len(table.proteins) == raw["Leading razor protein"].nunique() == 103
    assert species_of(table) == species_of_names(raw)
    # aldolase shares its only peptide with the rabbit's, and MaxQuant marks all rows of it
    flagged = raw[raw["Potential contaminant"] == "+"]["Leading razor protein"].unique().tolist()
    assert table.proteins.loc[table.proteins["contaminant"], "protein_group"].tolist() == flagged
    files = read(shared_data / EVIDENCE, sheet(*sorted(raw["Raw file"].unique())))
    assert np.nansum(files.precursors.intensities) == pytest.approx(amounts["Intensity"].sum(), rel=1e-12)


def test_maxdia_is_read_by_experiment_and_by_file_within_its_q_value(shared_data: Path, sheet) -> None:
    raw = pd.read_csv(shared_data / MAXDIA, sep="\t", quoting=3)
    whole = read(shared_data / MAXDIA, sheet("A", "B"))
    assert np.nansum(whole.precursors.intensities["A"]) == pytest.approx(
        raw.loc[raw["Experiment"] == "A", "Intensity"].sum(), rel=1e-12
    )
    files = sorted(raw["Raw file"].unique())
    table = read(shared_data / MAXDIA, sheet(*files), precursor_run_q=0.01)
    kept = raw[raw["Q-value"] <= 0.01]
    assert table.removed["precursor q-value in the run above 0.01, or none"] == len(raw) - len(kept)
    assert np.nansum(table.precursors.intensities) == pytest.approx(kept["Intensity"].sum(), rel=1e-12)
    assert len(table.proteins) == kept["Leading razor protein"].nunique()
    assert species_of(table) == species_of_names(kept)
    # of the bovine ones of a contaminants' library, by prefix only
    assert table.proteins["contaminant"].tolist() == table.proteins["protein_group"].str.contains("Cont_").tolist()
    assert table.proteins["contaminant"].any()
