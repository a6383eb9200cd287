"""A made folder of knowledge: five human genes, their mouse orthologs, a few organs."""

from pathlib import Path

import pandas as pd
import pytest

from myosieve import files

# gene -> human accession, mouse accession, Ensembl id
GENES = {
    "IL6R": ("P08887", "P22272", "ENSG00000160712"),
    "IL6ST": ("P40189", "Q00560", "ENSG00000134352"),
    "MSTN": ("O14793", "O08689", "ENSG00000138379"),
    "TWIN": ("P00001", "", "ENSG00000000011;ENSG00000000012"),
    "LONE": ("P00002", "", "ENSG00000000013"),
}


def genes_table() -> pd.DataFrame:
    rows = [("human", human, gene, human, ensembl) for gene, (human, _, ensembl) in GENES.items()]
    rows += [("mouse", mouse, gene.title(), human, ensembl) for gene, (human, mouse, ensembl) in GENES.items() if mouse]
    return pd.DataFrame(rows, columns=["organism", "accession", "gene", "human_accession", "ensembl"]).assign(
        papers=1, go_terms=1
    )


@pytest.fixture
def genes() -> pd.DataFrame:
    return genes_table()


@pytest.fixture
def knowledge(tmp_path: Path, root: Path) -> Path:
    """The made genes beside the organs that ship."""
    folder = tmp_path / "knowledge"
    files.write_table(folder / "genes.tsv.gz", genes_table())
    (folder / "organs.tsv").write_bytes((root / "resources" / "knowledge" / "organs.tsv").read_bytes())
    return folder
