"""Every protein group that is left out has one reason, the first that applies."""

import numpy as np
import pandas as pd
import pytest

from myosieve.quant.filters import Rule, count_reasons, exclusion_reasons, exclusion_rules

SAMPLES = ["r1", "r2", "e1", "e2", "lysate"]
CONDITIONS = pd.Series(["rest", "rest", "eps", "eps"], index=SAMPLES[:4])
FULL = [20.0] * 5


def rules_for(rows: list[list[float]], **columns: object) -> tuple[list[Rule], pd.Index]:
    log2 = pd.DataFrame(rows, columns=SAMPLES, index=[f"P{row}" for row in range(len(rows))])
    settings = {key: columns.pop(key) for key in list(columns) if key.startswith(("drop_", "min_"))}
    flags = {"decoy": False, "contaminant_by": "", "only_by_site": False, "peptides": 5.0} | columns
    return exclusion_rules(pd.DataFrame(flags, index=range(len(rows))), log2, CONDITIONS, **settings), log2.index


def reasons(rows: list[list[float]], **columns: object) -> list[str]:
    rules, index = rules_for(rows, **columns)
    return exclusion_reasons(rules, index).tolist()


def test_a_group_seen_in_enough_samples_is_kept() -> None:
    assert reasons([FULL]) == [""]


@pytest.mark.parametrize(
    ("column", "value", "says"),
    [
        ("decoy", True, "decoy, a hit in the reversed database"),
        ("contaminant_by", "engine", "contaminant by the search engine's flag"),
        ("contaminant_by", "prefix;list", "contaminant by an accession prefix"),
        ("contaminant_by", "list", "contaminant by the shipped list of contaminants"),
        ("only_by_site", True, "identified by a modified site only"),
        ("peptides", 0.0, "fewer than 1 peptide"),
    ],
)
def test_each_flag_is_a_reason(column: str, value: object, says: str) -> None:
    harmless = {"peptides": 5.0, "contaminant_by": ""}.get(column, False)
    assert reasons([FULL, FULL], **{column: [value, harmless]}) == [says, ""]


def test_the_first_reason_of_the_order_is_the_one_given() -> None:
    nothing = [np.nan] * 5
    every = {"decoy": True, "contaminant_by": "engine", "only_by_site": True, "peptides": 0.0}
    harmless = {"decoy": False, "contaminant_by": "", "only_by_site": False, "peptides": 5.0}
    order = []
    for name in [*every, None]:
        order.append(reasons([nothing], **every)[0])
        every |= {name: harmless[name]} if name else {}
    assert [reason.split()[0] for reason in order] == ["decoy,", "contaminant", "identified", "fewer", "no"]


def test_contaminants_and_site_only_groups_may_be_kept_but_decoys_never() -> None:
    kept = reasons([FULL] * 2, contaminant_by=["engine", ""], only_by_site=[False, True], drop_contaminants=False,
                   drop_only_by_site=False)  # fmt: skip
    assert kept == ["", ""]
    assert reasons([FULL], decoy=[True], drop_contaminants=False, drop_only_by_site=False) != [""]


def test_unknown_peptides_are_no_reason() -> None:
    assert reasons([FULL], peptides=[np.nan], min_peptides=3) == [""]
    assert reasons([FULL], peptides=[2.0], min_peptides=3) == ["fewer than 3 peptides"]


def test_a_group_present_in_one_condition_only_is_kept() -> None:
    assert reasons([[np.nan, np.nan, 20, 21, np.nan]]) == [""]


def test_samples_of_different_conditions_do_not_add_up() -> None:
    assert reasons([[20, np.nan, 20, np.nan, np.nan]]) == ["observed in at most 1 sample of any condition; 2 are asked"]
    assert reasons([[20, np.nan, 20, np.nan, np.nan]], min_valid=1) == [""]


def test_lysates_do_not_count_as_observations_but_are_no_empty_group_either() -> None:
    assert reasons([[np.nan, np.nan, np.nan, np.nan, 20]], min_valid=1) == [
        "observed in at most 0 samples of any condition; 1 is asked"
    ]


def test_the_counts_add_up_to_the_groups_left_out() -> None:
    rows = [FULL, [np.nan] * 5, FULL, [20, np.nan, np.nan, np.nan, np.nan]]
    rules, index = rules_for(rows, contaminant_by=["", "", "engine", "list"])
    counts = count_reasons(rules, exclusion_reasons(rules, index))
    assert sum(counts.values()) == 3
    assert counts["contaminant by the search engine's flag"] == 1
    assert counts["contaminant by the shipped list of contaminants"] == 1
    assert counts["no value in any sample"] == 1
