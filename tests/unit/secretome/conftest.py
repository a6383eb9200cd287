"""A made study: 40 proteins, 20 of them leak markers, in 6 secretome samples and one lysate."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.secretome.knowledge import SpeciesKnowledge, species_knowledge

# Species and UniProt mnemonics as UniProt's controlled vocabulary of species has them.
ORGANISMS = pd.DataFrame(
    [
        ("human", "Homo sapiens", "9606", "HUMAN", "host"),
        ("mouse", "Mus musculus", "10090", "MOUSE", "host"),
        ("rat", "Rattus norvegicus", "10116", "RAT", "host"),
        ("bovine", "Bos taurus", "9913", "BOVIN", "serum"),
        ("horse", "Equus caballus", "9796", "HORSE", "serum"),
    ],
    columns=["key", "species", "taxon_id", "mnemonic", "role"],
)
# P02769 is bovine, P02768 human, P35747 equine serum albumin; P00761 porcine trypsin; P68082 equine myoglobin (UniProt).
CONTAMINANTS = pd.DataFrame(
    [
        ("P02769", "Bos taurus", "fetal bovine serum", "serum"),
        ("P02768", "Homo sapiens", "serum", "serum"),
        ("P35747", "Equus caballus", "horse serum", "serum"),
        ("P00761", "Sus scrofa", "digestion", "enzyme"),
        ("P68082", "Equus caballus", "calibration", "other"),
    ],
    columns=["accession", "organism", "source_of_contamination", "kind"],
)
CONDITIONS = {"a1": "rest", "a2": "rest", "a3": "rest", "b1": "eps", "b2": "eps", "b3": "eps", "l1": "rest"}


@pytest.fixture
def human() -> SpeciesKnowledge:
    """What tells human proteins from those of the serum."""
    return species_knowledge(ORGANISMS, CONTAMINANTS, "Homo sapiens")


@pytest.fixture
def mouse() -> SpeciesKnowledge:
    """What tells mouse proteins from those of the serum."""
    return species_knowledge(ORGANISMS, CONTAMINANTS, "Mus musculus")


@pytest.fixture
def knowledge(tmp_path) -> Path:
    """A small knowledge folder: twenty made human leak markers M0 to M19."""
    folder = tmp_path / "knowledge"
    markers = pd.DataFrame({"organism": "human", "accession": [f"M{number}" for number in range(20)]})
    files.write_table(folder / "leak_markers.tsv", markers.assign(gene="RPX", compartment="ribosome", rule="made"))
    files.write_table(folder / "contaminants.tsv", CONTAMINANTS)
    files.write_table(folder / "organisms.tsv", ORGANISMS)
    return folder


class Study:
    """The files of a study under a folder, written from frames that a test may change first."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = [f"M{number}" for number in range(20)] + [f"P{number}" for number in range(19)] + ["P02769"]
        self.proteins = pd.DataFrame({"protein_group": names, "accession": names, "accessions": names})
        empty = {"gene": "", "protein_name": "", "organism": "Homo sapiens", "peptides": 3, "unique_peptides": 3}
        flags = {"decoy": "no", "contaminant": "no", "contaminant_by": "", "only_by_site": "no", "excluded_because": ""}
        self.proteins = self.proteins.assign(**empty, **flags)
        self.proteins.loc[39, "organism"] = "Bos taurus"
        random = np.random.default_rng(3)
        base = random.uniform(18, 30, size=(40, 1))
        self.leak = pd.Series([-1.0, -0.6, -0.8, 0.7, 0.9, 0.8, 5.0], index=list(CONDITIONS))
        values = base + random.normal(0, 0.2, size=(40, 7))
        values[:20] += self.leak.to_numpy()
        self.intensities = pd.DataFrame(values, columns=list(CONDITIONS))
        self.samples = pd.DataFrame(
            {
                "sample": list(CONDITIONS),
                "column": list(CONDITIONS),
                "condition": list(CONDITIONS.values()),
                "fraction": ["secretome"] * 6 + ["lysate"],
            }
        )

    def write(self) -> dict[str, Path]:
        """Write everything and return the paths as arguments of the step."""
        quantified = self.folder / "quantified"
        files.write_table(quantified / "proteins.tsv", schema.QUANTIFIED.arrange(self.proteins))
        table = self.intensities.set_axis(self.proteins["protein_group"]).reset_index()
        files.write_table(quantified / "intensities.tsv", table)
        qc = self.samples[["sample", "condition"]].assign(n_proteins=40, missing=0.0, median_log2=25.0, shift=0.0)
        qc = qc.reindex(columns=schema.SAMPLES_QUANTIFIED.names)
        files.write_table(quantified / "samples_qc.tsv", qc)
        files.write_table(self.folder / "samples.tsv", self.samples)
        keys = self.proteins[["protein_group", "accession", "gene", "organism"]]
        rest = {name: "" for name in schema.ANNOTATION.names if name not in keys}
        files.write_table(self.folder / "annotation.tsv", keys.assign(**rest))
        return {
            "quantified": quantified,
            "samples": self.folder / "samples.tsv",
            "annotation": self.folder / "annotation.tsv",
            "out": self.folder / "out" / "secretome.tsv",
            "samples_out": self.folder / "out" / "samples_qc.tsv",
        }


@pytest.fixture
def study(tmp_path) -> Study:
    """The made study; eps leaks 1.6 log2 more than rest."""
    return Study(tmp_path / "study")
