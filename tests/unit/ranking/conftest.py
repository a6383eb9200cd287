"""A made study of eight proteins and two contrasts, each protein there for one law."""

from pathlib import Path

import pandas as pd
import pytest

from myosieve import files, schema, settings

# protein group -> class, log2fc, half width of the interval, q, peptides
PROTEINS = {
    "GOOD": ("classical", 2.0, 0.5, 0.001, 8),
    "DOWN": ("classical", -1.8, 0.5, 0.002, 8),
    "SHED": ("shed", 2.0, 0.5, 0.001, 8),
    "INSIDE": ("intracellular", 2.0, 0.5, 0.001, 8),
    "FLAT": ("classical", 0.1, 0.6, 0.8, 8),
    "ONCE": ("classical", 2.0, 0.5, 0.001, 1),
    "BOVINE": ("classical", 3.0, 0.5, 0.0001, 8),
    "ABSENT": ("classical", None, None, None, 8),
}


class Study:
    """The step's inputs as frames that a test may change, and `write` to make files of them."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        names = list(PROTEINS)
        self.proteins = pd.DataFrame({"protein_group": names, "accession": names, "accessions": names, "gene": names})
        self.proteins["peptides"] = [PROTEINS[name][4] for name in names]
        fixed = {"protein_name": "made protein", "organism": "Homo sapiens", "unique_peptides": 1, "decoy": "no"}
        fixed |= {"contaminant": "no", "contaminant_by": "", "only_by_site": "no", "excluded_because": ""}
        self.proteins = self.proteins.assign(**fixed)
        rest = {name: "" for name in schema.ANNOTATION.names if name not in self.proteins}
        self.annotation = self.proteins[["protein_group", "accession", "gene", "organism"]].assign(**rest)
        self.annotation["secretion_class"] = [PROTEINS[name][0] for name in names]
        self.annotation["secretion_reason"] = "as planted"
        self.secretome = pd.DataFrame({"protein_group": names, "leak_marker": "no", "leak_probability": 0.0})
        self.secretome = self.secretome.assign(leak_flag="", serum_flag="")
        self.secretome = self.secretome.reindex(columns=schema.SECRETOME.names)
        self.secretome.loc[6, "serum_flag"] = "serum protein of Bos taurus"
        self.differential = pd.concat([self._contrast("late"), self._contrast("early")], ignore_index=True)
        accessions = {"accession_human": ["GOOD"], "accession_mouse": ["MOUSE"]}
        self.myokines = pd.DataFrame({"gene": ["GDX"], "name": ["goodin"], **accessions, "target_organs": ["liver"]})
        self.receptors = pd.DataFrame(
            [("human", "GOOD", "GDX", "GDXR", 11, "yes"), ("mouse", "INSIDE", "INS", "INSR", 9, "no")],
            columns=["organism", "ligand_accession", "ligand_gene", "receptor_gene", "resources", "curated"],
        ).assign(receptor_accession="RECEPTOR", sources="made")
        self.settings = settings.stage_defaults("ranking")
        self.settings["ranking"] |= {"draws": 50, "bootstrap": 40}

    def _contrast(self, contrast: str) -> pd.DataFrame:
        rows = []
        for name, (_, log2fc, half, q_value, _) in PROTEINS.items():
            row = {"contrast": contrast, "protein_group": name, "accession": name, "gene": name, "q_value": q_value}
            row |= {"n_treatment": 5, "n_control": 5, "of_treatment": 5, "of_control": 5, "test": "moderated_t"}
            if log2fc is None:
                row |= {"n_control": 0, "test": "none", "note": "seen in 5 of 5 treatment and 0 of 5 control samples"}
            else:
                row |= {"log2fc": log2fc, "ci_low": log2fc - half, "ci_high": log2fc + half}
            rows.append(row)
        return pd.DataFrame(rows).reindex(columns=schema.DIFFERENTIAL.names)

    def write(self) -> dict[str, Path]:
        """Write everything and return the paths as arguments of the step."""
        for name in ("proteins", "annotation", "secretome", "differential"):
            files.write_table(self.folder / f"{name}.tsv", getattr(self, name))
        for name in ("myokines", "receptors"):
            files.write_table(self.folder / "knowledge" / f"{name}.tsv", getattr(self, name))
        paths = {name: self.folder / f"{name}.tsv" for name in ("differential", "proteins", "annotation", "secretome")}
        return paths | {"knowledge": self.folder / "knowledge", "out": self.folder / "out" / "candidates.tsv"}


@pytest.fixture
def study(tmp_path) -> Study:
    """The made study."""
    return Study(tmp_path / "study")
