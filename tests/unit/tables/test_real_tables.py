"""Tables as search engines wrote them, held against counts made with plain pandas."""

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve.errors import InputError
from myosieve.tables.detection import detect
from myosieve.tables.reader import Choice
from myosieve.tables.samples import read_samples
from myosieve.tables.source import open_sources
from myosieve.tables.table import QuantTable

CPTAC = "spikein/cptac6_maxquant/proteinGroups.txt.gz"
HYE = "spikein/hye_PXD028735_diann18/PXD028735.pg_matrix.tsv.gz"
HREC = "shapes/diann/HREC_report.pg_matrix.tsv.gz"
LFQ = "shapes/maxquant_lfq/"
SILAC = "shapes/maxquant_silac/proteinGroups.txt.gz"
TMT = "shapes/maxquant_tmt/PXD020248_proteinGroups.txt.gz"
MAXQUANT = {
    # file: its lines below the header, and its columns 'LFQ intensity ...'
    CPTAC: (1505, 27),
    LFQ + "lfqanalyst_proteinGroups.txt.gz": (1459, 15),
    LFQ + "einprot_1356_mouse_IP_proteinGroups.txt.gz": (463, 9),
    LFQ + "latosinka_bladder_proteinGroups.txt.gz": (2410, 8),
    LFQ + "PXD019515_singlecell_proteinGroups.txt": (682, 6),
    "secretome/plasma_nafld_maxquant/proteinGroups.txt.gz": (2611, 48),
}

Read = Callable[..., QuantTable]


@pytest.fixture
def read(shared_data: Path, write) -> Read:
    def read(name: str, names: list[str], quantity: str = "auto") -> QuantTable:
        sheet = write("sheet.tsv", {"sample": names, "condition": ["one"] * len(names)})
        reader, source = detect(open_sources(shared_data / name), "auto")
        return reader.read(source, read_samples(sheet), Choice(quantity))

    return read


def plain(path: Path) -> pd.DataFrame:
    return pd.read_csv(path, sep="\t", dtype=str, keep_default_na=False, quoting=3)


@pytest.mark.parametrize("name", MAXQUANT)
def test_maxquant_tables_are_read_as_plain_counts_say(shared_data: Path, read: Read, name: str) -> None:
    raw = plain(shared_data / name)
    columns = [column for column in raw if column.startswith("LFQ intensity ")]
    table = read(name, [column.removeprefix("LFQ intensity ") for column in columns])
    assert table.intensities.shape == (len(raw), len(columns)) == MAXQUANT[name]
    expected = raw[columns].apply(pd.to_numeric).replace(0, np.nan).to_numpy()
    np.testing.assert_array_equal(table.intensities.to_numpy(), expected)
    ids = raw["Majority protein IDs"] if "Majority protein IDs" in raw else raw["Protein IDs"]
    prefixed = ids.map(lambda cell: all(one.startswith("CON__") for one in cell.split(";")))
    contaminant = (raw["Potential contaminant"] == "+") | prefixed
    assert table.proteins["contaminant"].tolist() == contaminant.tolist()
    assert table.proteins["decoy"].tolist() == (raw["Reverse"] == "+").tolist()
    assert table.proteins["only_by_site"].tolist() == (raw["Only identified by site"] == "+").tolist()
    assert table.proteins["protein_group"].is_unique
    assert (table.engine, table.quantity, table.left_out) == ("MaxQuant", "lfq", ())


def test_the_spiked_proteins_of_cptac_keep_their_suffix(read: Read) -> None:
    names = [f"6{level}_{run}" for level in "ABC" for run in range(1, 10)]
    proteins = read(CPTAC, names).proteins
    spiked = proteins[proteins["accession"].str.endswith("ups")]
    assert len(spiked) == 40  # rows with "ups" by PROVENANCE.md; the two CON__ among them come behind or are flagged
    albumin = spiked.set_index("accession").loc["P02768ups"]
    assert albumin["protein_group"] == "P02768ups;CON__P02768-1"
    assert albumin["contaminant"]  # MaxQuant's own flag


def test_genes_and_species_come_from_headers_where_the_columns_lack(read: Read) -> None:
    single_cell = read(LFQ + "PXD019515_singlecell_proteinGroups.txt", ["B1", "H1"]).proteins
    targets = single_cell[~single_cell["contaminant"] & ~single_cell["decoy"]]
    assert (targets["organism"] == "Homo sapiens").all()
    assert (targets["gene"] != "").mean() > 0.98  # the table has no column of genes; some headers have no GN=
    bladder = read(LFQ + "latosinka_bladder_proteinGroups.txt.gz", ["3_pTa", "9_pT2+"]).proteins
    assert bladder.set_index("accession")["gene"]["Q16543"] == "CDC37"  # its identifier is the whole header, glued
    mouse = read(LFQ + "einprot_1356_mouse_IP_proteinGroups.txt.gz", ["Adnp_IP04"]).proteins
    assert (mouse["organism"] == "Mus musculus").mean() > 0.85


@pytest.mark.parametrize(("name", "shape"), [(HYE, (12261, 6)), (HREC, (7398, 12))])
def test_diann_tables_are_read_as_plain_counts_say(
    shared_data: Path, read: Read, name: str, shape: tuple[int, int]
) -> None:
    raw = plain(shared_data / name)
    runs = [column for column in raw if column.endswith(".mzML")]
    stems = [re.sub(r".*/|\.mzML$", "", run) for run in runs]
    table = read(name, stems[::-1])
    assert table.intensities.shape == (len(raw), len(runs)) == shape
    np.testing.assert_array_equal(
        table.intensities[stems].to_numpy(), raw[runs].apply(pd.to_numeric, errors="coerce").to_numpy()
    )
    assert table.proteins["protein_group"].tolist() == raw["Protein.Group"].tolist()
    assert table.proteins["accession"].tolist() == raw["Protein.Group"].str.split(";").str[0].tolist()
    assert not table.proteins["contaminant"].any()


def test_the_species_of_the_mixture_are_those_of_the_names(shared_data: Path, read: Read) -> None:
    raw = plain(shared_data / HYE)
    organism = read(HYE, ["LFQ_Orbitrap_AIF_Condition_A_Sample_Alpha_01"]).proteins["organism"]
    for mnemonic, species in (("HUMAN", "Homo sapiens"), ("YEAST", "Saccharomyces cerevisiae")):
        pure = raw["Protein.Names"].map(
            lambda cell, end=mnemonic: all(one.endswith(f"_{end}") for one in cell.split(";"))
        )
        assert (organism[pure] == species).all()
        assert (organism == species).sum() == pure.sum()


def test_samples_called_h_and_l_are_no_silac_labels(read: Read) -> None:
    names = [f"{condition}{run}" for condition in "HLN" for run in range(1, 6)]
    table = read(LFQ + "lfqanalyst_proteinGroups.txt.gz", names, "intensity")
    assert table.quantity == "intensity"
    assert table.notes == ()


def numbers(raw: pd.DataFrame, columns: list[str]) -> np.ndarray:
    return raw[columns].apply(pd.to_numeric, errors="coerce").replace(0, np.nan).to_numpy()


def test_silac_ratios_and_labels_are_read_as_plain_counts_say(shared_data: Path, read: Read) -> None:
    raw = plain(shared_data / SILAC)
    experiments = ["Exp_1", "Exp_2", "Exp_5", "Exp_6"]
    ratios = read(SILAC, [f"H/L {one}" for one in experiments])
    np.testing.assert_array_equal(
        ratios.intensities.to_numpy(), numbers(raw, [f"Ratio H/L normalized {one}" for one in experiments])
    )
    assert (ratios.quantity, len(ratios.proteins), ratios.notes) == ("ratio", len(raw), ())
    assert len(ratios.left_out) == 8  # M/L and H/M of four experiments
    razor = numbers(raw, [f"Razor + unique peptides {one}" for one in experiments])
    np.testing.assert_array_equal(ratios.peptide_counts.replace(0, np.nan).to_numpy(), razor)
    labels = read(SILAC, [f"{label} {one}" for label in "LMH" for one in experiments])
    np.testing.assert_array_equal(
        labels.intensities.to_numpy(),
        numbers(raw, [f"Intensity {label} {one}" for label in "LMH" for one in experiments]),
    )
    assert (labels.quantity, labels.left_out, labels.notes) == ("intensity", (), ())
    whole = read(SILAC, experiments)
    np.testing.assert_array_equal(
        whole.intensities.to_numpy(), numbers(raw, [f"Intensity {one}" for one in experiments])
    )
    assert "SILAC" in whole.notes[0]
    with pytest.raises(InputError, match="a SILAC search"):
        read(SILAC, ["Exp_1", "Exp_3"])


def test_reporter_intensities_are_read_as_plain_counts_say(shared_data: Path, read: Read) -> None:
    raw = plain(shared_data / TMT)
    samples = [f"{channel} TMT_BP{plex}" for plex in ("123", "456") for channel in range(1, 7)]
    table = read(TMT, samples)
    expected = numbers(raw, [f"Reporter intensity corrected {one}" for one in samples])
    np.testing.assert_array_equal(table.intensities.to_numpy(), expected)
    assert (table.quantity, table.left_out, len(table.proteins)) == ("reporter", (), len(raw))
    assert "2 plexes (TMT_BP123, TMT_BP456)" in table.notes[0]
    in_full = read(TMT, [f"Reporter intensity corrected {one}" for one in samples])
    np.testing.assert_array_equal(in_full.intensities.to_numpy(), expected)
    assert "reporter" in read(TMT, ["TMT_BP123", "TMT_BP456"]).notes[0]
    with pytest.raises(InputError, match="TMT or iTRAQ"):
        read(TMT, ["1", "2"])  # of which plex?


def test_peptides_per_sample_come_along(shared_data: Path, read: Read) -> None:
    raw = plain(shared_data / CPTAC)
    names = [f"6{level}_{run}" for level in "ABC" for run in range(1, 10)]
    expected = raw[[f"Razor + unique peptides {name}" for name in names]].astype(float).to_numpy()
    np.testing.assert_array_equal(read(CPTAC, names).peptide_counts.to_numpy(), expected)


def test_the_table_that_r_left_of_e_coli_among_human_proteins_is_read(shared_data: Path, read: Read) -> None:
    name = "spikein/ecoli_hela_PXD000279_maxquant/prone_subset_1000.csv"
    raw = pd.read_csv(shared_data / name)
    runs = [f"{condition}{run}" for condition in "HL" for run in (1, 2, 3)]
    table = read(name, runs)
    values = raw[[f"LFQ.intensity.{run}" for run in runs]].replace(0, np.nan).to_numpy(dtype=float)
    np.testing.assert_array_equal(table.intensities.to_numpy(), values)
    assert (table.quantity, table.notes, table.peptide_counts) == ("lfq", (), None)
    assert int(table.proteins["decoy"].sum()) == int((raw["Reverse"] == "+").sum())
    coli = table.proteins["organism"].str.startswith("Escherichia coli")
    assert int(coli.sum()) == int(raw["Fasta.headers"].fillna("").str.contains(r"^>(?:sp|tr)\|[^|]+\|\w+_ECOLI").sum())


def test_318_plasma_samples_are_read_by_the_names_that_perseus_left(shared_data: Path, read: Read) -> None:
    name = "secretome/plasma_weightloss_318runs/weight_loss_proteinGroups.txt.gz"
    raw = pd.read_csv(shared_data / name, sep="\t")
    columns = [column for column in raw if column.startswith("LFQ_")]
    table = read(name, columns)
    assert table.intensities.shape == (724, 318) == (len(raw), len(columns))
    assert int(table.intensities.isna().to_numpy().sum()) == int((raw[columns].fillna(0) == 0).to_numpy().sum())
    assert "Spectrin beta chain, non-erythrocytic 1" in set(table.proteins["protein_name"])  # quoted in the file
