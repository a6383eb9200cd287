"""What a reader must know of the serum stands on the first screen, on its way from the sample sheet through the provenance."""

import pandas as pd
import pytest

from myosieve import files, provenance
from myosieve.report import page, step
from myosieve.secretome.serum import sheet_warnings


def read(made):
    return step._read(**{name: value for name, value in made.arguments.items() if name not in ("xlsx", "html")})


@pytest.mark.parametrize(("said", "species"), [("2 % horse serum", "equine"), ("10 % FBS", "bovine")])
def test_a_serum_that_no_sequence_stands_for_is_said_before_anything_else(small_study, tmp_path, said, species) -> None:
    made = small_study()
    warnings = sheet_warnings(pd.DataFrame({"serum": [said]}), present=set())
    record = tmp_path / "6_secretome.json"
    provenance.write_record(record, "secretome", provenance.Summary(warnings=warnings), {}, [], 0.0)
    told = made.told()
    told["warnings"] = [*told["warnings"], *provenance.collect([record], "made")["warnings"]]
    files.write_json(made.arguments["provenance"], told)
    content = read(made)
    assert content.warnings[-1] == warnings[0]
    step.report(**made.arguments)
    text = made.html.read_text(encoding="utf-8")
    place = text.index(f"the table holds no {species} serum protein")
    assert text.index('<div class="warnings"') < place < text.index("What was compared")
    assert f"search with {species} serum sequences, or name their FASTA under serum_fasta" in text


def test_a_blank_is_no_principal_component_and_no_replicate_of_the_media(small_study) -> None:
    made = small_study()
    sheet = pd.read_csv(made.arguments["samples"], sep="\t")
    sheet.loc[7, "fraction"] = "blank"
    made.rewrite("samples", sheet)
    content = read(made)
    assert content.components is not None
    assert content.components.samples == tuple(sheet["sample"][:7])
    assert set(page._conditions(content).values()) == {"rest", "eps", "eps (blank)"}
