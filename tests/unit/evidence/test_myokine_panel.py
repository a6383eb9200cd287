"""The acceptance panel: what the embedded default makes of known myokines, with no UniProt and no tool's file.

`myokines.tsv`, one row per gene: accession in human and mouse (empty where Swiss-Prot of 2014 has none), the classes
that are right (`;` between them), the basis and its source. Basis D: the data that the predictors were made from state
the signal peptide, or that there is none ("proven": by experiment). Basis M: papers and general knowledge. A leaderless
protein may be `annotated` by the Gene Ontology instead of `unconventional`. VEGFA is the form of 2014, without the longer
start of UniProt's sequence today.

Many of these proteins were trained on: the panel shows whether the default can be used, not how accurate it is. For that
see `resources/models/SOURCES.md`.
"""

import gzip
import itertools
import sys
from pathlib import Path

import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.evidence.step import Inputs, annotate
from myosieve.settings import stage_defaults

PANEL = Path(__file__).with_name("myokines.tsv")
SPECIES = ("human", "mouse")

# The seventeen that the project set out from.
SEED = "IL6 FNDC5 METRNL FGF21 ERFE LIF MSTN DCN IGF1 APLN FSTL1 BDNF CTSB OSM SPARC CCL2 CX3CL1"
CLASSES = "classical shed gpi_anchored er_resident annotated unconventional membrane intracellular"
SHOWN = "gene species classes secretion_class signal_peptide sp_end sp_score tm_segments tm_score gpi"


def panel() -> pd.DataFrame:
    """Return one row per accession: gene, species, accession, classes."""
    genes = pd.read_csv(PANEL, sep="\t", dtype=str, keep_default_na=False)
    rows = pd.concat([genes.assign(species=name, accession=genes[f"accession_{name}"]) for name in SPECIES])
    return rows.loc[rows["accession"] != "", ["gene", "species", "accession", "classes"]]


@pytest.fixture(scope="module")
def records(shared_data: Path) -> dict[str, str]:
    """The records of the panel in Swiss-Prot of 2014, by accession."""
    paths = [shared_data / f"sequence/{name}_swissprot_2014.fasta.gz" for name in SPECIES]
    if absent := [path.name for path in paths if not path.exists()]:
        pytest.skip(f"no sequences of the panel: {', '.join(absent)} not found in {paths[0].parent}")
    everything = (gzip.decompress(path.read_bytes()).decode().split("\n>") for path in paths)
    known = {text.split("|", 2)[1]: text.lstrip(">") for text in itertools.chain(*everything)}
    return {name: known[name] for name in panel()["accession"] if name in known}


@pytest.fixture(scope="module")
def annotated(records: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """The panel beside its annotation, by accession; `right` says whether the class is one of those expected."""
    folder = tmp_path_factory.mktemp("panel")
    (folder / "panel.fasta").write_text("".join(f">{text}\n" for text in records.values()))
    knowledge = Inputs([], None, files.shipped("knowledge/extracellular.tsv").parent)
    annotate([folder / "panel.fasta"], knowledge, stage_defaults("evidence"), folder / "features.tsv")
    found = files.read_table(folder / "features.tsv", schema.ANNOTATED_FASTA).drop(columns=["gene", "organism"])
    table = panel().merge(found, on="accession", validate="one_to_one").set_index("accession")
    pairs = zip(table["secretion_class"], table["classes"], strict=True)
    return table.assign(right=[given in expected.split(";") for given, expected in pairs])


def shown(rows: pd.DataFrame) -> str:
    """Return the rows as text, for the message of a failure."""
    return "\n" + rows[SHOWN.split()].to_string(na_rep="")


def test_the_panel_holds_the_seed_myokines_each_gene_once_and_only_known_classes() -> None:
    genes = pd.read_csv(PANEL, sep="\t", dtype=str, keep_default_na=False)
    assert genes["gene"].is_unique
    assert set(genes["gene"]) >= set(SEED.split())
    assert set(";".join(genes["classes"]).split(";")) <= set(CLASSES.split())
    assert set(genes["basis"]) == {"D", "M"}
    assert (genes[["accession_human", "source"]] != "").all(axis=None)


def test_swissprot_of_2014_has_every_accession_of_the_panel(records: dict[str, str]) -> None:
    lacking = panel()[~panel()["accession"].isin(list(records))]
    assert lacking.empty, f"without a sequence: {lacking[['gene', 'species', 'accession']].to_numpy().tolist()}"


def test_nine_in_ten_of_the_panel_get_a_right_class(annotated: pd.DataFrame) -> None:
    wrong = annotated[~annotated["right"]]
    sys.stdout.write(f"{len(annotated) - len(wrong)} of {len(annotated)} right; wrong:{shown(wrong)}\n")  # pytest -rP
    assert annotated["right"].mean() >= 0.9, shown(wrong)


def test_no_classical_or_shed_myokine_is_called_intracellular(annotated: pd.DataFrame) -> None:
    leaves = annotated["classes"].isin(["classical", "shed"])
    lost = annotated[leaves & (annotated["secretion_class"] == "intracellular")]
    assert lost.empty, shown(lost)


def test_nine_in_ten_signal_peptides_of_classical_myokines_are_called(annotated: pd.DataFrame) -> None:
    classical = annotated[annotated["classes"] == "classical"]
    called = classical["signal_peptide"] == "yes"
    assert called.mean() >= 0.9, shown(classical[~called])


@pytest.mark.parametrize("accession", ["P01375", "P06804"], ids=["human", "mouse"])
def test_tnf_is_a_type_ii_anchor_that_can_be_shed(annotated: pd.DataFrame, accession: str) -> None:
    tnf = annotated.loc[accession]
    assert tnf["signal_peptide"] == "no"
    first, last = (int(end) for end in tnf["tm_segments"].split("-"))
    # UniProtKB P01375 and P06804: TRANSMEM 36-56, signal-anchor for type II membrane protein.
    assert min(last, 56) - max(first, 36) + 1 >= 10
    assert tnf["secretion_class"] == "shed"


@pytest.mark.parametrize("gene", ["FNDC5", "CX3CL1"])
def test_the_seed_myokines_that_signal_peptide_and_no_helix_loses_are_shed(annotated: pd.DataFrame, gene: str) -> None:
    rows = annotated[annotated["gene"] == gene]
    assert rows["tm_count"].tolist() == [1, 1], shown(rows)
    assert rows["secretion_class"].tolist() == ["shed", "shed"], shown(rows)


@pytest.mark.parametrize("gene", ["APLN", "ERFE", "CXCL8"])
def test_no_helix_is_put_on_a_signal_peptide(annotated: pd.DataFrame, gene: str) -> None:
    # pyTMHMM 1.3.6 puts one there: 7-29, 12-29 and 5-25.
    rows = annotated[annotated["gene"] == gene]
    assert (rows["signal_peptide"] == "yes").all(), shown(rows)
    assert (rows["tm_count"] == 0).all(), shown(rows)
