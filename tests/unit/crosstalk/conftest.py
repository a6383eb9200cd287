"""A made study: candidates, their receptors, an atlas and a pathway, each row there for one law."""

from pathlib import Path

import pandas as pd
import pytest

from myosieve import files, schema, settings

# accession -> rank in contrast "late"; in "early" the order is turned
RANKS = {"LIGAND": 1, "NOBODY": 2, "KNOWN": 3, "NAMED": 4, "GONE": None}
# receptor -> organ -> value of the made atlas
ATLAS = {
    "RA": {"liver": 34.0, "bone": 2.0, "kidney": 0.5},
    "RB": {"liver": 5.0, "bone": 3.0, "kidney": 90.0},
    "RC": {"liver": 0.2, "bone": 0.1, "kidney": 0.3},
}


class Study:
    """The step's inputs as frames that a test may change, and `write` to make files of them."""

    def __init__(self, folder: Path, organs: Path) -> None:
        self.folder = folder
        self.candidates = pd.concat([self._contrast("late", 1), self._contrast("early", -1)], ignore_index=True)
        self.proteins = pd.DataFrame({"protein_group": list(RANKS), "accessions": list(RANKS), "decoy": "no"})
        self.proteins = self.proteins.reindex(columns=schema.QUANTIFIED.names)
        self.receptors = pd.DataFrame(
            [
                ("LIGAND", "RA", "RA", 2, "no", "one;two"),
                ("LIGAND", "RB", "RB", 1, "yes", "one"),
                ("LIGAND", "RA+RB", "RA+RB", 9, "no", "many"),
                ("KNOWN", "RC", "RC", 3, "yes", "one;two;three"),
                ("KNOWN", "RX", "RX", 1, "no", "one"),
            ],
            columns=["ligand_accession", "receptor_gene", "receptor_accession", "resources", "curated", "sources"],
        ).assign(organism="human", ligand_gene="made")
        self.tissues = self._atlas()
        names = ["pathway", "title", "myokine_accession", "myokine_gene", "organ", "step", "source", "source_kind"]
        names += ["relation", "target", "target_kind", "reference", "doubtful"]
        edges = [
            ("p1", "a way", "KNOWN", "KNW", "liver", 1, "KNW", "myokine", "binds", "RC", "receptor", "made", ""),
            (
                "p1",
                "a way",
                "KNOWN",
                "KNW",
                "liver",
                2,
                "RC",
                "receptor",
                "inhibits",
                "growth",
                "effect",
                "made",
                "so so",
            ),
            ("p2", "not here", "ABSENT", "ABS", "liver", 1, "ABS", "myokine", "binds", "RD", "receptor", "made", ""),
        ]
        self.pathways = pd.DataFrame(edges, columns=names)
        self.myokines = pd.DataFrame(
            {"gene": ["KNW"], "name": ["knownin"], "accession_human": ["KNOWN"], "accession_mouse": ["MOUSE"],
             "target_organs": ["liver;adipose tissue"]}
        )  # fmt: skip
        self.facts = pd.DataFrame(
            [
                ("KNW", "KNOWN", "basal_level", "", "2-4", "ng/mL", "", "plasma", "", "PMID:1", "one man"),
                ("KNW", "KNOWN", "effect", "liver", "grows", "", "", "", "", "10.1000/made", ""),
                ("KNW", "KNOWN", "effect", "liver", "grows", "", "", "", "", "source guide", ""),
                ("ABS", "ABSENT", "effect", "brain", "sleeps", "", "", "", "", "10.1000/made", ""),
            ],
            columns=["gene", "accession_human", "fact", "organ", "value", "unit", "direction", "matrix", "protocol", "source",
                     "doubtful"],
        )  # fmt: skip
        self.organs = organs
        self.settings = {"organism": "human", "crosstalk": settings.stage_defaults("crosstalk")["crosstalk"]}

    def _contrast(self, name: str, sign: int) -> pd.DataFrame:
        frame = pd.DataFrame({"accession": list(RANKS), "rank": list(RANKS.values())})
        if sign < 0:
            frame["rank"] = 5 - frame["rank"]
        frame = frame.assign(
            contrast=name, gene=frame["accession"].str.title(), protein_group=frame["accession"], log2fc=sign * 1.5,
            direction="up" if sign > 0 else "down", secretion_class="classical", known_myokine=None, target_organs=None,
        )  # fmt: skip
        frame.loc[frame["accession"] == "KNOWN", ["known_myokine", "target_organs"]] = [
            "knownin",
            "liver; adipose tissue",
        ]
        frame.loc[frame["accession"] == "NAMED", ["known_myokine", "target_organs"]] = ["namedin", "brain"]
        return frame.sort_values("rank", ignore_index=True).reindex(columns=schema.CANDIDATES.names)

    def _atlas(self) -> pd.DataFrame:
        rows = []
        for accession, organs in ATLAS.items():
            order = sorted(organs, key=organs.get, reverse=True)
            for organ, value in organs.items():
                proxy = ("bone marrow", "yes") if organ == "bone" else (organ, "no")
                rows.append(
                    {"organism": "human", "accession": accession, "gene": accession, "kind": "rna", "organ": organ,
                     "tissues": proxy[0], "proxy": proxy[1], "value": value, "unit": "NX",
                     "rank": order.index(organ) + 1, "of": 3, "source": "made atlas"}
                )  # fmt: skip
        return pd.DataFrame(rows)

    def write(self, tissues: bool = True) -> dict:
        """Write everything and return the arguments of the step."""
        for name in ("candidates", "proteins", "tissues"):
            files.write_table(self.folder / f"{name}.tsv", getattr(self, name))
        for name in ("receptors", "pathways", "myokines"):
            files.write_table(self.folder / "knowledge" / f"{name}.tsv", getattr(self, name))
        files.write_table(self.folder / "knowledge" / "myokine_facts.tsv", self.facts)
        (self.folder / "knowledge" / "organs.tsv").write_bytes(self.organs.read_bytes())
        return {
            "candidates": self.folder / "candidates.tsv", "proteins": self.folder / "proteins.tsv",
            "settings": self.settings, "knowledge": self.folder / "knowledge", "out": self.folder / "crosstalk.tsv",
            "pathways_out": self.folder / "pathways.tsv", "tissues": self.folder / "tissues.tsv" if tissues else None,
        }  # fmt: skip


@pytest.fixture
def study(tmp_path: Path, root: Path) -> Study:
    """The made study."""
    return Study(tmp_path / "study", root / "resources" / "knowledge" / "organs.tsv")
