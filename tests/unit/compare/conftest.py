"""Made differential tables: a row needs only what a test is about."""

from collections.abc import Callable

import pandas as pd
import pytest

from myosieve import schema

# A tested protein group as `differential` writes it; ci, t and df do not matter to a comparison.
ORDINARY = {
    "contrast": "b_vs_a",
    "gene": "GENE",
    "log2fc": 1.0,
    "se": 0.25,
    "p_value": 0.001,
    "q_value": 0.01,
    "n_treatment": 3,
    "n_control": 3,
    "of_treatment": 3,
    "of_control": 3,
    "test": "moderated_t",
}


@pytest.fixture
def tested() -> Callable[..., pd.DataFrame]:
    """Return rows of `schema.DIFFERENTIAL`; each is given by its accession and by what is not ordinary about it."""

    def build(*rows: dict) -> pd.DataFrame:
        full = [ORDINARY | {"protein_group": row.get("accession")} | row for row in rows]
        return schema.DIFFERENTIAL.arrange(pd.DataFrame(full).reindex(columns=schema.DIFFERENTIAL.names))

    return build
