"""The embedded demo: it can be made again, it holds what its truth says, and it looks like MaxQuant's table."""

import ast
import gzip
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

MEGABYTE = 1_000_000
MADE_FILES = ("proteinGroups.txt.gz", "samples.tsv", "truth.tsv", "plate.csv", "panel.tsv")
# The seventeen myokines that the project is built around, as UniProt lists them.
MYOKINES = {
    *("P05231", "Q8NAU1", "Q641Q3", "Q9NSA1", "Q4G0M1", "P15018", "O14793", "P07585", "P05019"),
    *("Q9ULZ1", "Q12841", "P23560", "P07858", "P13725", "P09486", "P13500", "P78423"),
}
# UniProt's published pattern: https://www.uniprot.org/help/accession_numbers
ACCESSION = re.compile(r"[OPQ][0-9][A-Z0-9]{3}[0-9]|[A-NR-Z][0-9](?:[A-Z][A-Z0-9]{2}[0-9]){1,2}")
PER_SAMPLE = (
    "Peptides {}",
    "Razor + unique peptides {}",
    "Unique peptides {}",
    "Identification type {}",
    "Sequence coverage {} [%]",
    "Intensity {}",
    "iBAQ {}",
    "LFQ intensity {}",
    "MS/MS count {}",
)


def content(path: Path) -> bytes:
    return gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()


def headers(path: Path) -> list[str]:
    return [line[1:] for line in content(path).decode().splitlines() if line.startswith(">")]


@pytest.fixture(scope="module")
def demo(root: Path) -> Path:
    return root / "resources" / "demo"


@pytest.fixture(scope="module")
def table(demo: Path) -> pd.DataFrame:
    table = pd.read_csv(demo / "proteinGroups.txt.gz", sep="\t", keep_default_na=False)
    lead = table["Majority protein IDs"].str.split(";").str[0].str.replace(r"-\d+$", "", regex=True)
    return pd.concat([table, lead.rename("lead")], axis=1)


@pytest.fixture(scope="module")
def sheet(demo: Path) -> pd.DataFrame:
    return pd.read_csv(demo / "samples.tsv", sep="\t")


@pytest.fixture(scope="module")
def truth(demo: Path) -> pd.DataFrame:
    return pd.read_csv(demo / "truth.tsv", sep="\t")


@pytest.fixture(scope="module")
def classes(demo: Path) -> pd.Series:
    return pd.read_csv(demo / "proteins.tsv", sep="\t").set_index("accession")["class"]


@pytest.fixture(scope="module")
def log2(table: pd.DataFrame, sheet: pd.DataFrame) -> pd.DataFrame:
    """LFQ of the cells' own proteins, log2, by leading accession and sample."""
    plain = ~table[["Reverse", "Potential contaminant", "Only identified by site"]].eq("+").any(axis=1)
    own = table[plain & ~table["Fasta headers"].str.contains("Bos taurus")].set_index("lead")
    values = own[[f"LFQ intensity {column}" for column in sheet["column"]]].astype(float)
    return np.log2(values.where(values > 0)).set_axis(sheet["sample"], axis=1)


def differences(log2: pd.DataFrame, contrast: str) -> pd.Series:
    """Median over the donors of the paired differences."""
    treatment, reference = contrast.split("_vs_")
    donors = [name.split("_")[1] for name in log2.columns if name.startswith(reference)]
    paired = [log2[f"{treatment}_{donor}"] - log2[f"{reference}_{donor}"] for donor in donors]
    return pd.concat(paired, axis=1).median(axis=1)


def test_the_simulation_writes_the_committed_files_again(demo: Path, tmp_path: Path) -> None:
    command = [sys.executable, str(demo / "simulate.py"), "--out", str(tmp_path)]
    # -B: the run must not leave compiled files in the folder that ships.
    subprocess.run([command[0], "-B", *command[1:]], check=True, capture_output=True)
    for name in MADE_FILES:
        # Content, not packed bytes: another zlib packs the same content otherwise.
        assert content(tmp_path / name) == content(demo / name), name


def test_packed_files_carry_no_time_stamp(demo: Path) -> None:
    for path in demo.glob("*.gz"):
        # RFC 1952: flags in byte 3 (8 = a file name follows), modification time in bytes 4 to 7.
        assert path.read_bytes()[3:8] == bytes(5), path.name


def test_the_demo_stays_below_three_megabytes(demo: Path) -> None:
    assert sum(path.stat().st_size for path in demo.iterdir() if path.is_file()) < 3 * MEGABYTE


def test_every_sample_has_every_column_of_maxquant(table: pd.DataFrame, sheet: pd.DataFrame) -> None:
    wanted = {template.format(column) for template in PER_SAMPLE for column in sheet["column"]}
    assert wanted <= set(table.columns)
    assert len(table.columns) == len(set(table.columns))
    assert list(table["id"]) == list(range(len(table)))


def test_the_design_is_complete_and_paired(sheet: pd.DataFrame) -> None:
    assert (pd.crosstab(sheet["subject"], sheet["condition"]) == 1).to_numpy().all()
    assert sheet["condition"].nunique() == 3
    assert sheet["subject"].nunique() == 5


def test_missing_is_zero_and_numbers_have_five_digits(table: pd.DataFrame, sheet: pd.DataFrame) -> None:
    cells = table[[f"LFQ intensity {column}" for column in sheet["column"]]].astype(float).to_numpy().ravel()
    assert (cells >= 0).all()
    assert (cells == 0).any()
    assert all(value == float(f"{value:.4e}") for value in cells)


def test_an_intensity_is_there_exactly_where_peptides_are(table: pd.DataFrame, sheet: pd.DataFrame) -> None:
    for column in sheet["column"]:
        peptides = table[f"Razor + unique peptides {column}"] > 0
        for quantity in ("Intensity", "iBAQ", "LFQ intensity"):
            assert (peptides == (table[f"{quantity} {column}"].astype(float) > 0)).all()
        assert (table[f"Unique peptides {column}"] <= table[f"Razor + unique peptides {column}"]).all()
        assert (table[f"Razor + unique peptides {column}"] <= table[f"Peptides {column}"]).all()


def test_every_fasta_accession_is_one_of_uniprot_and_unique(demo: Path) -> None:
    for name, least in (("human.fasta.gz", 2400), ("other.fasta.gz", 45)):
        accessions = [header.split("|")[1] for header in headers(demo / name)]
        assert len(accessions) == len(set(accessions)) >= least
        assert all(ACCESSION.fullmatch(accession) for accession in accessions)


def test_every_human_protein_of_the_table_has_its_sequence(demo: Path, table: pd.DataFrame) -> None:
    human = {header.split("|")[1] for header in headers(demo / "human.fasta.gz")}
    foreign = table["Fasta headers"].str.contains("Bos taurus") | (table["Potential contaminant"] == "+")
    listed = table.loc[~foreign, "Protein IDs"].str.split(";").explode()
    assert set(listed.str.removeprefix("REV__").str.replace(r"-\d+$", "", regex=True)) <= human


def test_the_seventeen_myokines_are_in_the_table(table: pd.DataFrame, demo: Path) -> None:
    human = {header.split("|")[1] for header in headers(demo / "human.fasta.gz")}
    assert human >= MYOKINES
    assert set(table["lead"]) >= MYOKINES


def test_flags_follow_the_prefixes(table: pd.DataFrame) -> None:
    assert ((table["Reverse"] == "+") == table["Protein IDs"].str.startswith("REV__")).all()
    assert ((table["Potential contaminant"] == "+") == table["Protein IDs"].str.startswith("CON__")).all()
    assert (table["Potential contaminant"] == "+").sum() >= 35
    assert (table["Reverse"] == "+").sum() >= 20
    assert (table["Only identified by site"] == "+").sum() >= 10


def test_bovine_serum_hides_among_the_proteins_without_a_flag(table: pd.DataFrame) -> None:
    hidden = table[table["Fasta headers"].str.contains("Bos taurus") & (table["Potential contaminant"] == "")]
    assert 8 <= len(hidden) <= 10
    assert all(ACCESSION.fullmatch(accession) for accession in hidden["Protein IDs"])


def test_some_groups_hold_several_proteins_and_some_lead_with_an_isoform(table: pd.DataFrame) -> None:
    assert table["Majority protein IDs"].str.contains(";").sum() >= 15
    assert table["Majority protein IDs"].str.contains(r"^\w+-2;").sum() >= 3


def test_over_a_quarter_is_missing_and_faint_proteins_more_often(log2: pd.DataFrame) -> None:
    missing = log2.isna().mean(axis=1)
    assert 0.25 <= missing.mean() <= 0.30  # what the detection limit of parameters.py was set for
    by_intensity = missing.groupby(pd.qcut(log2.mean(axis=1), 5)).mean()
    assert by_intensity.is_monotonic_decreasing
    assert by_intensity.iloc[0] > 0.5
    assert by_intensity.iloc[-1] < 0.05


def test_amounts_span_six_orders_of_magnitude(log2: pd.DataFrame) -> None:
    span = (log2.max(axis=1).max() - log2.min(axis=1).min()) * np.log10(2)
    assert 6 <= span <= 8


@pytest.mark.parametrize("contrast", ["endurance_vs_control", "resistance_vs_control", "resistance_vs_endurance"])
def test_planted_differences_are_found_on_average(contrast: str, log2: pd.DataFrame, truth: pd.DataFrame) -> None:
    planted = truth[(truth["contrast"] == contrast) & truth["log2fc"].notna()].set_index("accession")["log2fc"]
    errors = (differences(log2, contrast).reindex(planted.index) - planted).dropna()
    assert len(errors) >= 0.95 * len(planted)
    # Two parts: the loading error that all proteins of a sample share, sqrt(2 / 5) * 0.08 = 0.05 for five pairs, and the spread
    # of one protein, 0.3, over the square root of 85 proteins, 0.03. Together 0.06; 0.2 leaves three times that.
    assert abs(errors.median()) < 0.2
    # Faint values are seen only where noise lifts them, which draws differences a little towards 0, but not by a fifth.
    assert np.polyfit(planted[errors.index], planted[errors.index] + errors, 1)[0] == pytest.approx(1, abs=0.2)


def test_proteins_without_a_planted_difference_do_not_differ(log2: pd.DataFrame, truth: pd.DataFrame, classes) -> None:
    outside = log2.index.map(classes).isin(["matrix", "secreted", "signal", "shed"])
    for contrast in truth["contrast"].unique():
        same = ~log2.index.isin(truth.loc[truth["contrast"] == contrast, "accession"])
        # As above: shared loading error 0.05, and the spread 0.4 of a protein over the square root of 200 of them.
        assert abs(differences(log2, contrast)[outside & same].median()) < 0.2


def test_switched_proteins_are_absent_from_one_side(log2: pd.DataFrame, truth: pd.DataFrame) -> None:
    switched = truth[truth["log2fc"].isna()]
    assert set(switched["kind"]) == {"switched_on", "switched_off"}
    for row in switched.itertuples():
        treatment, reference = row.contrast.split("_vs_")
        absent, present = (reference, treatment) if row.kind == "switched_on" else (treatment, reference)
        values = log2.loc[row.accession]
        assert values[values.index.str.startswith(absent)].isna().all()
        assert values[values.index.str.startswith(present)].notna().any()


def test_the_contrasts_of_the_truth_agree_with_one_another(truth: pd.DataFrame) -> None:
    finite = truth[truth["kind"].isin(["secreted", "intracellular"])]
    wide = finite.pivot_table(index="accession", columns="contrast", values="log2fc")
    known = wide.fillna(0)
    expected = known["resistance_vs_control"] - known["endurance_vs_control"]
    assert known["resistance_vs_endurance"].to_numpy() == pytest.approx(expected.to_numpy(), abs=1e-9)


def test_each_contrast_has_sixty_to_eighty_secreted_proteins_in_both_directions(truth: pd.DataFrame) -> None:
    secreted = truth[truth["kind"] == "secreted"]
    assert secreted.groupby("contrast").size().between(60, 80).all()
    assert secreted["log2fc"].abs().between(0.6, 2.5).all()
    for _, part in secreted.groupby("contrast"):
        assert (part["log2fc"] > 0).sum() >= 15
        assert (part["log2fc"] < 0).sum() >= 15


def test_one_sample_leaks_its_cytosol_and_nothing_else(log2: pd.DataFrame, classes: pd.Series) -> None:
    relative = log2.sub(log2.median(axis=1), axis=0).groupby(log2.index.map(classes)).median()
    soluble = relative.loc[["cytosol", "proteasome", "ribosome", "sarcomere"]].mean()
    assert soluble.idxmax() == "endurance_D3"
    assert 1.5 <= soluble["endurance_D3"] <= 2.0
    # The ordinary leak varies by 0.25: among 14 samples the largest is expected below twice that plus the loading error.
    assert soluble.drop("endurance_D3").abs().max() < 0.75
    assert relative.loc[["matrix", "secreted", "signal", "shed"], "endurance_D3"].abs().max() < 0.3


def test_a_ranking_by_fold_change_alone_falls_for_the_leak(log2: pd.DataFrame, truth: pd.DataFrame, classes) -> None:
    treatment, reference = (log2.loc[:, log2.columns.str.startswith(name)] for name in ("endurance", "control"))
    top = (treatment.mean(axis=1) - reference.mean(axis=1)).nlargest(50).index
    planted = truth.loc[truth["contrast"] == "endurance_vs_control", "accession"]
    wrong = top[~top.isin(planted)]
    # A tenth of the first fifty: enough to be seen in a table, and what the leak flag is for.
    assert wrong.map(classes).isin(["cytosol", "proteasome", "ribosome", "sarcomere"]).sum() >= 5


def test_the_parameters_table_says_what_the_simulation_uses(demo: Path) -> None:
    values: dict[str, float] = {}
    for node in ast.parse((demo / "parameters.py").read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign):
            target = node.targets[0]
            names = [name.id for name in getattr(target, "elts", [target])]
            cells = node.value.elts if isinstance(target, ast.Tuple) else [node.value]
            values |= {
                name: cell.value for name, cell in zip(names, cells, strict=True) if isinstance(cell, ast.Constant)
            }
    documented = dict(re.findall(r"^\| `([A-Z_]+)` \| ([\d.]+) \|", (demo / "SOURCES.md").read_text("utf-8"), re.M))
    assert {name: float(value) for name, value in documented.items()} == values


def test_the_number_of_sequences_is_the_one_in_sources(demo: Path) -> None:
    text = (demo / "SOURCES.md").read_text(encoding="utf-8")
    for name in ("human.fasta.gz", "other.fasta.gz"):
        count = re.search(rf"^\| `{name}` \| ([\d,]+) ", text, re.M)[1]
        assert int(count.replace(",", "")) == len(headers(demo / name))
