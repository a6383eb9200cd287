"""The data of the linked views: one order of proteins, true to the tables, small."""

import json

import numpy as np
import pandas as pd
import pytest

from myosieve import schema
from myosieve.report import explorer, step
from myosieve.report.confidence import confidence


def content_of(made, **tables):
    names = ("study", "candidates", "differential", "annotation", "samples_qc", "sensitivity", "validation", "quantified",
             "samples", "provenance", "settings")  # fmt: skip
    return step._read(**{name: made.arguments[name] for name in names}, **tables)


@pytest.fixture(scope="module")
def content(reported):
    return content_of(reported)


def test_row_i_is_the_same_protein_group_in_every_list(content) -> None:
    groups = explorer.protein_order(content)
    proteins = explorer.proteins(content, groups)
    assert proteins["protein_group"] == content.differential["protein_group"].drop_duplicates().tolist()
    lists = [value for name, value in proteins.items() if isinstance(value, list)]
    lists += list(explorer.contrast_columns(content.contrasts[1], groups).values())
    assert {len(one) for one in lists} == {len(groups)}


def test_a_contrasts_columns_are_those_of_its_tables(content) -> None:
    contrast = content.contrasts[1]
    groups = explorer.protein_order(content)
    columns = explorer.contrast_columns(contrast, groups)
    tests = contrast.tests.set_index("protein_group").loc[groups]
    assert [value is None for value in columns["log2fc"]] == tests["log2fc"].isna().tolist()
    assert columns["log2fc"][40] == float(f"{tests['log2fc'].iloc[40]:.2f}")
    ranked = contrast.ranked.set_index("protein_group")
    assert {group: rank for group, rank in zip(groups, columns["rank"], strict=True) if rank is not None} == (
        ranked["rank"].astype(int).to_dict()
    )
    left_out = contrast.excluded.set_index("protein_group")["excluded_because"]
    assert {g: text for g, text in zip(groups, columns["excluded_because"], strict=True) if text} == left_out.to_dict()


def test_confidence_is_told_of_ranked_proteins_alone(content) -> None:
    contrast = content.contrasts[0]
    columns = explorer.contrast_columns(contrast, explorer.protein_order(content))
    levels = confidence(contrast.ranked, contrast.fdr)
    told = pd.Series(columns["confidence"]).dropna()
    assert told.value_counts().to_dict() == levels.value_counts().to_dict()
    assert contrast.confidence == {level: int((levels == level).sum()) for level in ("high", "medium", "low")}


def test_a_fold_change_is_rounded_once_so_that_it_reads_as_in_the_reason() -> None:
    value = 1.16497  # 1.165 with three decimals, which would round to 1.17
    assert explorer._cells(pd.Series([value]), explorer._DIGITS["log2fc"]) == [float(f"{value:.2f}")] == [1.16]


def test_a_p_value_of_zero_has_a_finite_height() -> None:
    assert np.isfinite(explorer.minus_log10(pd.Series([0.0, 1.0]))).all()


def test_intensities_are_told_in_hundredths_and_a_gap_is_none(content) -> None:
    groups = explorer.protein_order(content)
    told = explorer.proteins(content, groups)["log2"]
    values = content.after.loc[groups[5]]
    assert told[5] == [None if np.isnan(value) else round(100 * value) for value in values]
    assert any(value is None for row in told for value in row)


def test_where_not_all_intensities_fit_those_of_the_best_ranked_stay(content) -> None:
    groups = explorer.protein_order(content)
    best = pd.Index(content.contrasts[0].ranked["protein_group"])
    kept = explorer._log2(content.after, groups, best, most=20 * content.after.shape[1])
    assert {group for group, row in zip(groups, kept, strict=True) if row is not None} == set(best[:20])


def test_what_the_filter_left_out_has_no_intensities(small_study) -> None:
    made = small_study()
    content = content_of(made)
    gone = content.after.index[3]
    values = content.after.drop(index=gone)
    groups = explorer.protein_order(content)
    told = explorer._log2(values, groups, groups, explorer.MOST_VALUES)
    assert [row is None for row in told] == [group == gone for group in groups]


def test_evidence_peptides_and_partners_are_told_by_the_number_of_the_protein(small_study, tmp_path) -> None:
    from myosieve import files

    made = small_study()
    groups = made.frame("differential", schema.DIFFERENTIAL)["protein_group"].drop_duplicates().tolist()
    evidence = pd.DataFrame({
        "protein_group": [groups[2], "stranger", groups[0]], "accession": "P1", "source": ["embedded", "x", "uniprot"],
        "version": "1", "feature": "signal_peptide", "call": "yes", "start": 1, "end": 22, "score": [0.98765, 1.0, np.nan],
    })  # fmt: skip
    shedding = pd.DataFrame({
        "protein_group": [groups[1]], "accession": "P2", "length": 120, "topology": "SP 1-20;outside 21-120",
        "peptide_spans": "34-45;60-71*",
    })  # fmt: skip
    paths = {"evidence": tmp_path / "evidence.tsv", "shedding": tmp_path / "shedding.tsv"}
    files.write_table(paths["evidence"], schema.EVIDENCE.arrange(evidence.reindex(columns=schema.EVIDENCE.names)))
    files.write_table(paths["shedding"], schema.SHEDDING.arrange(shedding.reindex(columns=schema.SHEDDING.names)))
    content = content_of(made, **paths)
    found = explorer.proteins(content, explorer.protein_order(content))
    assert found["evidence"]["protein"] == [2, 0]
    assert found["evidence"]["score"] == [0.988, None]
    told = [found[name][1] for name in ("length", "topology", "peptide_spans", "laid_on")]
    assert told == [120, "SP 1-20;outside 21-120", "34-45;60-71*", "P2"]
    assert found["length"][0] is None


def test_the_data_are_json_without_nan(content) -> None:
    groups = explorer.protein_order(content)
    json.dumps(
        [explorer.proteins(content, groups), explorer.contrast_columns(content.contrasts[0], groups)], allow_nan=False
    )


def test_the_criteria_are_those_of_the_candidates_table() -> None:
    assert explorer.criteria(schema.CANDIDATES.names) == [
        name[2:] for name in schema.CANDIDATES.names if name[:2] == "d_"
    ]
