"""Proteome Discoverer: which column is a sample's in which export, which rows count, and peptide groups."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.engines import proteome_discoverer, proteome_discoverer_columns, proteome_discoverer_peptides
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable
from myosieve.tables.workbook import read_sheets

READERS = (*proteome_discoverer.READERS, *proteome_discoverer_peptides.READERS)
CONSENSUS = "shapes/proteome_discoverer/PD_consensus_8samples.xlsx"
SINGLE = {
    "shapes/proteome_discoverer/PD_single_T1_27.xlsx": 181,
    "shapes/proteome_discoverer/PD_single_T2_11.xlsx": 167,
}
TMT = "shapes/proteome_discoverer/PD_TMT_PeptideGroups_subset.txt"
PEPTIDES = "shapes/precursor_tables/ProteomeDiscoverer_PeptideGroups_trimmed.txt"

Make = Callable[..., Path]


def read(table: Path, sheet: Path, quantity: str = "auto") -> QuantTable:
    fitting = [(one, source) for source in open_sources(table) for one in READERS if not one.lacks(source.header)]
    ((reader, source),) = fitting
    return reader.read(source, read_samples(sheet), Choice(quantity))


@pytest.fixture
def proteins(write: Make) -> Make:
    """Write an export of the page Proteins: two proteins with the given columns behind the usual ones."""

    def proteins(columns: Mapping[str, Sequence[object]], **others: Sequence[object]) -> Path:
        content: dict[str, Sequence[object]] = {
            "Checked": ["False", "False"],
            "Master": ["Master Protein", "Master Protein"],
            "Accession": ["P02768", "P01137"],
            "Description": [
                "Albumin OS=Homo sapiens OX=9606 GN=ALB PE=1 SV=2",
                "Transforming growth factor beta-1 proprotein OS=Homo sapiens OX=9606 GN=TGFB1 PE=1 SV=2",
            ],
            "# Peptides": [30, 2],
            "# Unique Peptides": [29, 2],
        }
        content |= {key.replace("_", " "): cells for key, cells in others.items()}
        rows = {key: [f'"{cell}"' for cell in cells] for key, cells in (content | dict(columns)).items()}
        return write("Proteins.txt", {f'"{key}"': cells for key, cells in rows.items()})

    return proteins


def abundances(*samples: str, pattern: str = "{kind}: {sample}") -> dict[str, list[object]]:
    """Columns of three quantities, every column with its own value, the second protein without a value."""
    kinds = ("Abundance", "Abundances (Scaled)", "Abundances (Normalized)")
    names = [pattern.format(kind=kind, sample=sample) for kind in kinds for sample in samples]
    return {name: [1000.5 + place, ""] for place, name in enumerate(names)}


# ---- samples -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("quantity", "kind"),
    [("auto", "Abundances (Normalized)"), ("normalized", "Abundances (Normalized)"), ("intensity", "Abundance"),
     ("scaled", "Abundances (Scaled)")],
)  # fmt: skip
@pytest.mark.parametrize("cells", [("F2: Sample, rest", "F1: Sample, eps"), ("F2", "F1"), ("rest", "eps")])
def test_a_sample_goes_by_its_file_its_factors_or_both(
    proteins, sheet, cells: tuple[str, str], quantity: str, kind: str
) -> None:
    columns = abundances("F1: Sample, eps", "F2: Sample, rest")
    table = read(proteins(columns), sheet("a", "b", column=cells), quantity)
    expected = [columns[f"{kind}: F2: Sample, rest"][0], columns[f"{kind}: F1: Sample, eps"][0]]
    assert table.intensities.loc["P02768"].tolist() == expected
    assert table.intensities.loc["P01137"].isna().all()
    assert (table.quantity, table.left_out) == ("normalized" if quantity == "auto" else quantity, ())


@pytest.mark.parametrize(
    ("sample", "cell"),
    [
        ("F12: 128C, Sample, HIS4KO", "F12: 128C"),
        ("F12: 128C, Sample, HIS4KO", "F12 128C"),
        ("F12: 128C, Sample, HIS4KO", "128C"),
        ("F12: 128C, Sample, HIS4KO", "F12 128C Sample HIS4KO"),
        ("F12: 128C, Sample, HIS4KO", "F12, 128C, HIS4KO"),
        ("F1: 127, Sample, n/a, EAE2, n/a", "EAE2"),
        ("F1: 127, Sample, n/a, EAE2, n/a", "F1: 127, Sample, n/a, EAE2, n/a"),
        ("F1: 126, WT_1", "WT_1"),
        ("F3: Control, Control, 1", "F3"),
        ("F3: Control, Control, 1", "Control, 1"),
        ("HealthyControl_01:Sample", "HealthyControl_01"),
        ("F1: Light, Sample, x", "F1: Light"),
        ("F1: 135CD, Sample", "135CD"),
    ],
)
def test_every_unique_part_of_a_sample_names_it(proteins, sheet, sample: str, cell: str) -> None:
    columns = abundances("F99: 131, Sample, other", sample)
    table = read(proteins(columns), sheet("a", column=[f'"{cell}"']))
    assert table.intensities.loc["P02768", "a"] == columns[f"Abundances (Normalized): {sample}"][0]


@pytest.mark.parametrize(
    ("column", "cell", "quantity"),
    [
        ("Abundances Normalized F12 128C Sample HIS4KO", "F12 128C", "normalized"),
        ("Abundance F12 128C Sample HIS4KO", "HIS4KO", "intensity"),
        ("Abundances Scaled F1 Sample eps", "F1", "scaled"),
        ("Abundances..Normalized...F1..Sample..eps", "F1: Sample, eps", "normalized"),
        ("Abundance..F1..128C..Sample", "F1: 128C", "intensity"),
        ("Abundance:HealthyControl_01:Sample", "HealthyControl_01", "intensity"),
        ("Abundance: F1: Sample", "F1", "intensity"),
        ("Abundances (by Bio. Rep.): OVX,1", "OVX,1", "intensity"),
        ("Abundances (Grouped): eps", "Abundances (Grouped): eps", "scaled"),
    ],
)
def test_columns_are_known_in_the_spelling_of_every_export(
    proteins, sheet, column: str, cell: str, quantity: str
) -> None:
    table = read(proteins({column: [1234.5, 77.25]}), sheet("a", column=[f'"{cell}"']))
    assert (table.quantity, table.intensities["a"].tolist()) == (quantity, [1234.5, 77.25])


def test_ratios_counts_and_variation_are_never_samples() -> None:
    header = [
        "Abundance Ratio: (A) / (B)", "Abundance Ratio (log2): (A) / (B)", "Abundance Ratio P-Value: (A) / (B)",
        "Abundance Ratio Adj. P-Value: (A) / (B)", "Abundance Ratio Variability [%]: (A) / (B)", "Abundances Count: F1: Sample",
        "Abundances (Grouped) CV [%]: A", "Abundances (Grouped) Count: A", "Abundances Grouped Count A",
        "Abundances Grouped CV in Percent A", "Abundance.Ratio...A.....B.", "Abundances..Grouped..CV.....A",
        "Abundances.Count.F1.Sample", "Abundances Grouped Standard Error in Percent A",
    ]  # fmt: skip
    found = proteome_discoverer_columns.abundance_columns(header)
    assert {place for named in found.values() for place in named} == set()


def test_grouped_abundances_are_read_by_their_full_name_only_and_told(proteins, sheet) -> None:
    columns = abundances("F1: Sample, eps", "F2: Sample, rest") | {"Abundances (Grouped): eps": [100.5, 99.5]}
    with pytest.raises(InputError, match="grouped abundances are no samples"):
        read(proteins(columns), sheet("a", column=["Grouped eps"]))
    table = read(proteins(columns), sheet("a", column=["Abundances (Grouped): eps"]))
    assert table.intensities["a"].tolist() == [100.5, 99.5]
    assert "averages" in table.notes[0]


def test_a_part_that_several_samples_share_is_refused(proteins, sheet) -> None:
    table = proteins(abundances("F1: Sample, eps", "F2: Sample, eps"))
    with pytest.raises(
        InputError, match=r"'eps' names 2 samples of Proteins.txt: 'F1: Sample, eps', 'F2: Sample, eps'"
    ):
        read(table, sheet("a", column=["eps"]))


def test_factors_that_differ_in_a_sign_are_different(proteins, sheet) -> None:
    columns = abundances("F1: Sample, WT +", "F2: Sample, WT -")
    table = read(proteins(columns), sheet("a", "b", column=["WT -", "WT +"]), "intensity")
    assert table.intensities.loc["P02768"].tolist() == [1001.5, 1000.5]


def test_ratios_are_refused_as_quantity_and_as_samples(proteins, sheet) -> None:
    columns = abundances("F1: Sample, eps") | {"Abundance Ratio: (eps) / (rest)": [1.5, 0.5]}
    with pytest.raises(InputError, match="no ratio column per sample; use normalized or intensity or scaled"):
        read(proteins(columns), sheet("F1"), "ratio")
    with pytest.raises(InputError, match="ratios, counts and grouped abundances are no samples"):
        read(proteins(columns), sheet("a", column=["Abundance Ratio: (eps) / (rest)"]))


def test_the_areas_of_version_1_are_read_with_the_peptides_of_every_file(write, sheet) -> None:
    header = ["Accession", "Description", "Σ# Unique Peptides", "Σ# Peptides", "Score A2", "# Peptides A2", "# PSM A2",
              "Area A2", "# Peptides B2", "Area B2", "# AAs", "MW [kDa]", "calc. pI"]  # fmt: skip
    rows = [["P1", "Albumin OS=Homo sapiens GN=ALB PE=1 SV=2 - [ALBU_HUMAN]", 3, 4, 9, 2, 5, 1000.5, 4, "", 609, 69, 6],
            ["P2", "X - [X_HUMAN]", 1, 1, 9, 1, 5, 2000.5, "", 3000.5, 609, 69, 6]]  # fmt: skip
    table = read(write("t.txt", [header, *rows]), sheet("a", "b", column=["B2", "Area A2"]))
    np.testing.assert_array_equal(table.intensities.to_numpy(), [[np.nan, 1000.5], [3000.5, 2000.5]])
    assert table.peptide_counts.to_numpy().tolist() == [[4, 2], [0, 1]]
    assert table.proteins[["peptides", "unique_peptides"]].to_numpy().tolist() == [[4, 3], [1, 1]]
    assert table.proteins["protein_name"].tolist() == ["Albumin", "X"]


def test_columns_that_were_called_after_the_samples_go_by_their_full_names(proteins, sheet) -> None:
    columns = {"ctrl 1": [1, 2], "EPS+1": [3, 4], "Abundance Ratio: (eps) / (rest)": [5, 6]}
    path = proteins(columns, Master=["Master Protein", "None"], Protein_FDR_Confidence=["High", "High"])
    table = read(path, sheet("a", "b", column=["EPS+1", "ctrl 1"]))
    assert table.intensities.to_numpy().tolist() == [[3, 1]]
    assert (table.removed, table.left_out) == ({"no master protein": 1}, ())


def test_ratios_are_no_samples_in_a_table_of_nothing_but_them(proteins, sheet) -> None:
    columns = {"Abundance Ratio: (eps) / (rest)": [1, 2], "Abundance Ratio (log2): (eps) / (rest)": [0, 1]}
    path = proteins(columns, Protein_FDR_Confidence=["High", "High"])
    with pytest.raises(InputError, match="ratios, counts and grouped abundances are no samples"):
        read(path, sheet("a", column=["Abundance Ratio: (eps) / (rest)"]))


def test_headers_of_other_tables_are_told_apart() -> None:
    assert proteome_discoverer.lacks(()) == "a column 'Accession'"
    assert proteome_discoverer_peptides.lacks(()) == "a column 'Master Protein Accessions'"
    peaks = [
        "Protein Group",
        "Protein ID",
        "Accession",
        "Coverage (%)",
        "Area A",
        "#Peptides",
        "Avg. Mass",
        "Description",
    ]
    assert proteome_discoverer.lacks(peaks)
    psms = ["Annotated Sequence", "Master Protein Accessions", "Spectrum File", "First Scan", "Abundance: 126"]
    assert "PSMs" in proteome_discoverer_peptides.lacks(psms)
    assert proteome_discoverer.lacks(["Accession", "Description", "# PSMs"]) == "columns 'Abundance: ...' or 'Area'"


# ---- proteins ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("master", "other"), [("Master Protein", "Master Protein Candidate"), ("IsMasterProtein", "None")]
)
def test_proteins_that_are_no_master_are_left_out_and_counted(proteins, sheet, master: str, other: str) -> None:
    columns = {"Abundance: F1: Sample": [1000.5, 2000.5]}
    table = read(proteins(columns, Master=[other, master]), sheet("F1"))
    assert table.intensities["F1"].to_dict() == {"P01137": 2000.5}
    assert table.removed == {"no master protein": 1}
    assert table.proteins["peptides"].tolist() == [2]


def test_without_any_master_every_protein_counts(proteins, sheet) -> None:
    table = read(proteins({"Abundance: F1: Sample": [1000.5, 2000.5]}, Master=["None", "None"]), sheet("F1"))
    assert (len(table.proteins), table.removed) == (2, {})


def test_peptides_below_their_protein_are_left_out_and_counted(write, sheet) -> None:
    # "Export with associated pages": a second header and rows that are shifted by one column.
    rows = [
        ["Checked", "Master", "Accession", "Abundance: F1: Sample"],
        ["False", "Master Protein", "P1", 1000.5],
        ["", "Checked", "Annotated Sequence", "Modifications"],
        ["", "False", "[K].AAK.[L]", "1xOxidation [M1]"],
        ["False", "Master Protein", "P2", 2000.5],
    ]
    table = read(write("t.txt", rows), sheet("F1"))
    assert table.intensities["F1"].to_dict() == {"P1": 1000.5, "P2": 2000.5}
    assert table.removed == {"row of an associated page": 2}


def test_flags_and_prefixes_mark_contaminants_and_decoy_counts_do_not_mark_decoys(proteins, sheet) -> None:
    path = proteins(
        {"Abundance: F1: Sample": [1000.5, 2000.5], "# Decoy Protein: Combined": [0, 7]},
        Accession=["CON_P02769", "P01137"],
        Contaminant=["False", "True"],
    )
    table = read(path, sheet("F1"))
    assert table.proteins["contaminant_by"].tolist() == ["prefix", "engine"]
    assert not table.proteins["decoy"].any()


def test_the_description_gives_gene_name_and_species_before_a_column_that_a_spreadsheet_spoiled(
    proteins, sheet
) -> None:
    path = proteins({"Abundance: F1: Sample": [1000.5, 2000.5]}, Gene_Symbol=["1-Mar", "TGFB1"])
    table = read(path, sheet("F1"))
    assert table.proteins["gene"].tolist() == ["ALB", "TGFB1"]
    assert table.proteins["protein_name"].tolist() == ["Albumin", "Transforming growth factor beta-1 proprotein"]
    assert (table.proteins["organism"] == "Homo sapiens").all()


def test_the_fasta_header_says_what_the_description_does_not(proteins, sheet) -> None:
    title = ">sp|P02768|ALBU_HUMAN Albumin OS=Homo sapiens OX=9606 GN=ALB PE=1 SV=2"
    path = proteins(
        {"Abundance: F1: Sample": [1000.5, 2000.5]}, Description=["Albumin", "TGF"], FASTA_Title_Lines=[title, ""]
    )
    protein = read(path, sheet("F1")).proteins.iloc[0]
    assert (protein["gene"], protein["organism"]) == ("ALB", "Homo sapiens")


def test_proteins_of_low_confidence_stay_and_are_told(proteins, sheet) -> None:
    columns = {"Abundance: F1: Sample": [1000.5, 2000.5], "Protein FDR Confidence: Combined": ["High", "Low"]}
    table = read(proteins(columns), sheet("F1"))
    assert len(table.proteins) == 2
    assert "1 proteins of low confidence" in table.notes[0]


# ---- peptide groups ------------------------------------------------------------------------------------------------


@pytest.fixture
def peptides(write: Make) -> Make:
    def peptides(**columns: Sequence[object]) -> Path:
        content: dict[str, Sequence[object]] = {
            "Checked": ["False"] * 4,
            "Confidence": ["High"] * 4,
            "Annotated Sequence": ["[K].AAmK.[L]", "[K].AAMK.[L]", "[R].CCK.[A]", "[R].DDK.[-]"],
            "Modifications": ["1xOxidation [M3]", "", "", ""],
            "# Protein Groups": [1, 1, 2, 1],
            "Master Protein Accessions": ["P1", "P1", "CON_P2; P1", "P2"],
            "Contaminant": ["False", "True", "True", "True"],
            "Abundance: F1: Sample": [1000.5, 2000.5, 3000.5, ""],
        }
        return write("PeptideGroups.txt", content | {key.replace("_", " "): cells for key, cells in columns.items()})

    return peptides


def test_peptide_groups_are_precursors_of_their_master_proteins(peptides, sheet) -> None:
    table = read(peptides(), sheet("F1"))
    features = table.precursors.features
    assert features["precursor"].tolist() == [
        "[K].AAmK.[L] 1xOxidation [M3]",
        "[K].AAMK.[L]",
        "[R].CCK.[A]",
        "[R].DDK.[-]",
    ]
    assert features["sequence"].tolist() == ["AAMK", "AAMK", "CCK", "DDK"]
    assert features["protein_group"].tolist() == ["P1", "P1", "CON_P2; P1", "P2"]
    np.testing.assert_array_equal(table.precursors.intensities["F1"], [1000.5, 2000.5, 3000.5, np.nan])
    assert table.intensities.isna().all(axis=None)
    assert table.proteins["accession"].tolist() == ["P1", "P1", "P2"]
    assert table.proteins[["peptides", "unique_peptides"]].to_numpy().tolist() == [[1, 1], [1, 0], [1, 1]]
    assert table.peptide_counts["F1"].tolist() == [1, 1, 0]


def test_a_protein_is_a_contaminant_when_all_its_peptides_are_flagged(peptides, sheet) -> None:
    assert read(peptides(), sheet("F1")).proteins["contaminant"].tolist() == [False, True, True]


def test_peptides_without_master_protein_are_left_out_and_counted(peptides, sheet) -> None:
    table = read(peptides(Master_Protein_Accessions=["P1", "", "", "P2"]), sheet("F1"))
    assert table.removed == {"no master protein accession": 2}
    assert len(table.precursors.features) == 2
    with pytest.raises(InputError, match="no row has a master protein"):
        read(peptides(Master_Protein_Accessions=[""] * 4), sheet("F1"))


def test_accessions_are_found_in_descriptions_of_headers_that_were_cut(peptides, sheet) -> None:
    path = peptides(
        Master_Protein_Accessions=["ROA2_HUMAN", "ROA2_HUMAN", "ENOA_BOVIN; ENOA_HUMAN", "ENOA_BOVIN"],
        Master_Protein_Descriptions=["sp|P22626", "sp|P22626", "sp|Cont_Q9XSJ4;sp|P06733", "sp|Cont_Q9XSJ4"],
        Contaminant=["False"] * 4,
    )
    proteins = read(path, sheet("F1")).proteins
    assert proteins["accession"].tolist() == ["P22626", "P06733", "Q9XSJ4"]
    assert proteins["contaminant"].tolist() == [False, False, True]
    assert proteins["organism"].tolist() == ["Homo sapiens", "Homo sapiens", "Bos taurus"]
    assert proteins["protein_group"].tolist() == ["ROA2_HUMAN", "ENOA_BOVIN; ENOA_HUMAN", "ENOA_BOVIN"]


def test_descriptions_are_those_of_the_leading_protein(peptides, sheet) -> None:
    told = ["Albumin OS=Homo sapiens GN=ALB PE=1"] * 2 + [
        "X OS=Bos taurus GN=XX PE=1; Albumin OS=Homo sapiens GN=ALB PE=1",
        "a;b;c",
    ]
    proteins = read(peptides(Master_Protein_Descriptions=told), sheet("F1")).proteins
    assert proteins["gene"].tolist() == ["ALB", "ALB", ""]
    assert proteins["organism"].tolist() == ["Homo sapiens", "Homo sapiens", ""]


# ---- real tables ---------------------------------------------------------------------------------------------------


def plain(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False)


def numbers(frame: pd.DataFrame) -> np.ndarray:
    return frame.apply(pd.to_numeric, errors="coerce").replace(0, np.nan).to_numpy()


def test_the_real_consensus_workbook_is_read_as_plain_counts_say(shared_data: Path, sheet) -> None:
    raw = pd.read_excel(shared_data / CONSENSUS, engine="calamine")
    columns = [column for column in raw if column.startswith("Abundance:")]
    table = read(shared_data / CONSENSUS, sheet(*[column.split(":")[1] for column in columns]))
    assert table.intensities.shape == (108, 8) == (len(raw), len(columns))
    np.testing.assert_allclose(table.intensities.to_numpy(), numbers(raw[columns]), rtol=1e-15)
    assert table.proteins["accession"].tolist() == raw["Accession"].tolist()
    assert (table.proteins["organism"] == "Mus musculus").all()
    assert raw["Description"].str.contains("OS=Mus musculus").all()
    assert table.proteins["gene"].tolist() == raw["Description"].str.extract(r"GN=(\S+)")[0].fillna("").tolist()
    assert table.proteins["peptides"].tolist() == raw["# Peptides"].tolist()
    assert (table.quantity, table.left_out, table.removed, table.notes) == ("intensity", (), {}, ())


@pytest.mark.parametrize("name", SINGLE)
def test_real_exports_of_one_file_have_the_sample_area(shared_data: Path, sheet, name: str) -> None:
    (raw,) = read_sheets(shared_data / name).values()
    table = read(shared_data / name, sheet("a", column=["Area"]))
    area = raw.columns([raw.header.index("Area")]).iloc[:, 0].astype(float)
    assert len(table.proteins) == len(area) == SINGLE[name]
    np.testing.assert_allclose(table.intensities["a"], area, rtol=1e-15)
    assert (table.proteins["organism"] == "Homo sapiens").all()
    assert (table.proteins["gene"] != "").all()


@pytest.mark.parametrize(
    ("name", "kind", "shape", "contaminants"),
    [
        (TMT, "Abundance ", (62, 16), 1),
        (TMT, "Abundances Normalized ", (62, 16), 1),
        (PEPTIDES, "Abundance: ", (742, 6), None),
        (PEPTIDES, "Abundances (Normalized): ", (742, 6), None),
        (PEPTIDES, "Abundances (Scaled): ", (742, 6), None),
    ],
)
def test_real_peptide_groups_are_read_as_plain_counts_say(
    shared_data: Path, write, name: str, kind: str, shape: tuple[int, int], contaminants: int | None
) -> None:
    raw = plain(shared_data / name)
    columns = [column for column in raw if column.startswith(f"{kind}F")]
    rows = [[f"s{place}", "one", f'"{column}"'] for place, column in enumerate(columns)]
    table = read(shared_data / name, write("sheet.tsv", [["sample", "condition", "column"], *rows]))
    assert table.precursors.intensities.shape == (len(raw), len(columns)) == shape
    np.testing.assert_array_equal(table.precursors.intensities.to_numpy(), numbers(raw[columns]))
    assert table.precursors.features["protein_group"].tolist() == raw["Master Protein Accessions"].tolist()
    assert table.precursors.features["sequence"].tolist() == raw["Sequence"].tolist()
    assert table.left_out == ()
    flagged = raw["Contaminant"].eq("True").groupby(raw["Master Protein Accessions"]).all()
    engine = table.proteins["contaminant_by"].str.contains("engine").set_axis(table.proteins["protein_group"])
    assert engine.sort_index().tolist() == flagged.sort_index().tolist()
    if contaminants is not None:
        assert int(table.proteins["contaminant"].sum()) == contaminants


def test_real_samples_go_by_file_channel_and_factor(shared_data: Path, sheet) -> None:
    raw = plain(shared_data / TMT)
    table = read(shared_data / TMT, sheet("a", "b", "c", column=["128C", "F12 126", "WT_S13"]))
    columns = ["128C Sample HIS4KO_S05", "126 Sample MET6KO_S01", "132C Sample WT_S13"]
    expected = numbers(raw[[f"Abundances Normalized F12 {one}" for one in columns]])
    np.testing.assert_array_equal(table.precursors.intensities.to_numpy(), expected)
    files = read(shared_data / PEPTIDES, sheet("F6", "F1"))
    names = ["Abundances (Normalized): F6: Sample, ConditionB", "Abundances (Normalized): F1: Sample, ConditionA"]
    np.testing.assert_array_equal(
        files.precursors.intensities.to_numpy(), numbers(plain(shared_data / PEPTIDES)[names])
    )


def test_species_of_real_entry_names_are_those_of_the_names(shared_data: Path, sheet) -> None:
    table = read(shared_data / PEPTIDES, sheet("F1"))
    single = table.proteins[~table.proteins["protein_group"].str.contains(";")]
    for mnemonic, species in (
        ("HUMAN", "Homo sapiens"),
        ("YEAST", "Saccharomyces cerevisiae"),
        ("BOVIN", "Bos taurus"),
    ):
        named = single["protein_group"].str.endswith(f"_{mnemonic}")
        assert named.any()
        assert (single["organism"][named] == species).all()
    assert not table.proteins["accession"].str.contains("_").any()
