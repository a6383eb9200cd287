"""Laws of the outlier texts."""

import numpy as np
import pandas as pd

from myosieve.secretome.outliers import deviations, outlier_texts


def sheet(**columns):
    """Return ten ordinary secretome samples with some columns replaced."""
    ordinary = np.linspace(-0.1, 0.1, 10)
    frame = pd.DataFrame({"missing": 0.2 + ordinary / 10, "median_log2": 25 + ordinary, "leak_index": ordinary})
    return frame.assign(fraction="secretome").assign(**columns)


def test_ordinary_samples_have_no_text():
    assert set(outlier_texts(sheet())) == {""}


def test_a_leaking_sample_says_what_stands_out_and_by_how_much():
    frame = sheet()
    frame.loc[4, "leak_index"] = 1.6
    texts = outlier_texts(frame)
    # the median of the ten values is then 0.01 + 0.02 over 2, that is 0.02: 1.6 above
    assert texts.pop(4) == "leak index 1.6 log2 above the median of the secretome samples"
    assert set(texts) == {""}


def test_two_reasons_stand_side_by_side():
    frame = sheet()
    frame.loc[0, ["missing", "median_log2"]] = [0.62, 20.0]
    text = outlier_texts(frame)[0]
    assert "share of missing proteins 42 % above" in text
    assert "median intensity 5.0 log2 below" in text


def test_a_difference_too_small_to_matter_is_none_however_alike_the_others_are():
    frame = sheet(leak_index=[0.0] * 9 + [0.4])
    assert set(outlier_texts(frame)) == {""}


def test_each_fraction_is_its_own_yardstick():
    frame = sheet(fraction=["secretome"] * 5 + ["lysate"] * 5)
    frame.loc[5:, "median_log2"] += 8
    assert set(outlier_texts(frame)) == {""}


def test_scattered_values_have_no_outlier():
    values = np.random.default_rng(2).normal(0, 3, 30)
    assert not deviations(values, bound=0.5).any()


def test_missing_values_and_small_groups_are_not_judged():
    assert not deviations(np.array([0, 0, np.nan, 9.0]), bound=0.5).any()
    assert deviations(np.array([0, 0, 0, np.nan, 9.0]), bound=0.5).tolist() == [0, 0, 0, 0, 9.0]
