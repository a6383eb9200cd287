"""A receptor's expression: of a complex, the least expressed subunit; of several atlases, the first that holds it whole."""

import numpy as np
import pandas as pd

from myosieve.crosstalk.expression import receptor_expression


def by_organ(frame):
    return frame.set_index("organ")


def test_a_complex_has_the_expression_of_its_least_expressed_subunit(study):
    found = by_organ(receptor_expression(["RA+RB"], study.tissues))
    assert found["receptor_value"].to_dict() == {"liver": 5, "bone": 2, "kidney": 0.5}
    assert found["limiting"].to_dict() == {"liver": "RB", "bone": "RA", "kidney": "RA"}
    # the rank is that of the subunit that counts: RB's liver is its 2nd, RA's bone its 2nd, RA's kidney its 3rd
    assert found["receptor_rank"].to_dict() == {"liver": 2, "bone": 2, "kidney": 3}


def test_complexes_agree_with_a_minimum_taken_one_by_one(study):
    random = np.random.default_rng(5)
    names, organs = [f"S{i}" for i in range(8)], ["liver", "bone", "kidney", "lung"]
    rows = [
        study.tissues.iloc[0].to_dict() | {"accession": name, "gene": name, "organ": organ, "value": float(value)}
        for name in names
        for organ, value in zip(organs, random.integers(0, 40, 4), strict=True)
        if random.random() < 0.8
    ]
    table = pd.DataFrame(rows)
    value = {(row["accession"], row["organ"]): row["value"] for row in rows}
    complexes = ["+".join(random.choice(names, size, replace=False)) for size in (1, 2, 2, 3, 3, 4)]
    found = receptor_expression(complexes, table)
    for name in set(complexes):
        wanted = {
            organ: min(value[part, organ] for part in name.split("+"))
            for organ in organs
            if all((part, organ) in value for part in name.split("+"))
        }
        assert by_organ(found[found["receptor_accession"] == name])["receptor_value"].to_dict() == wanted


def test_organs_come_highest_first(study):
    found = receptor_expression(["RB"], study.tissues)
    assert found["organ"].tolist() == ["kidney", "liver", "bone"]


def test_a_proxy_of_any_subunit_is_a_proxy_of_the_whole(study):
    study.tissues.loc[(study.tissues["accession"] == "RB") & (study.tissues["organ"] == "liver"), "proxy"] = "yes"
    found = by_organ(receptor_expression(["RA+RB"], study.tissues))
    assert found.loc["liver", "proxy"] == "yes"
    assert found.loc["kidney", "proxy"] == "no"


def test_a_receptor_of_which_a_subunit_is_unknown_has_no_expression(study):
    assert receptor_expression(["RA+RZ", "RZ"], study.tissues).empty


def test_the_first_atlas_that_ranks_and_holds_all_subunits_speaks(study):
    second = study.tissues.assign(source="second", value=study.tissues["value"] * 10)
    named = study.tissues.assign(source="incomplete", rank=np.nan, of=np.nan, value=7.0)
    first = study.tissues[study.tissues["accession"] != "RB"]
    table = pd.concat([named, first, second], ignore_index=True)
    assert by_organ(receptor_expression(["RA"], table)).loc["liver", "receptor_value"] == 34
    # the first atlas lacks RB, so that the second has the word for the complex
    assert by_organ(receptor_expression(["RA+RB"], table)).loc["liver", "receptor_value"] == 50
    assert by_organ(receptor_expression(["RA"], named)).loc["liver", "receptor_value"] == 7


def test_plasma_is_no_organ_of_a_receptor(study):
    plasma = study.tissues.iloc[[0]].assign(kind="plasma_ms", organ="plasma", value=1e9)
    found = receptor_expression(["RA"], pd.concat([plasma, study.tissues]))
    assert "plasma" not in set(found["organ"])


def test_the_order_of_the_rows_changes_nothing(study):
    before = receptor_expression(["RA+RB", "RC"], study.tissues)
    after = receptor_expression(["RA+RB", "RC"], study.tissues.sample(frac=1, random_state=1))
    pd.testing.assert_frame_equal(before, after)
