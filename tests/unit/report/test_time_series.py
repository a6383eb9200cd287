"""Laws of the lines of a time course, their means and changes."""

import numpy as np
import pandas as pd
import pytest

from myosieve.report.time_series import changes, is_paired, lines_of, start_of, summaries


def lines(*pairs):
    conditions, times = (pd.Series(list(column)) for column in zip(*pairs, strict=True))
    found = lines_of(conditions, times)
    return found.names.tolist(), found.told


def test_a_condition_that_has_several_times_is_a_line():
    assert lines(("rest", "0"), ("rest", "1"), ("eps", "1")) == (["rest", "rest", "eps"], "condition")


def test_conditions_with_a_time_each_are_one_line():
    assert lines(("TP1", "TP1"), ("TP2", "TP2"), ("TP2", "TP2")) == (["all samples"] * 3, "one line")


def test_conditions_that_differ_in_the_time_of_their_names_are_one_line():
    pairs = [("eps_1h", "1 h"), ("rest_1h", "1 h"), ("eps_24h", "24 h"), ("rest_24h", "24 h"), ("old, eps", "1 h")]
    assert lines(*pairs) == (["eps", "rest", "eps", "rest", "old, eps"], "without time")
    assert lines(("1h eps", "1h"), ("2h eps", "2h"), ("1h rest", "1h"))[0] == ["eps", "eps", "rest"]


def test_names_that_do_not_tell_the_time_once_join_nothing():
    assert lines(("a", "1"), ("b", "1"), ("c", "2"), ("d", "2"))[1] == "points"
    assert lines(("1_1", "1"), ("b", "1"), ("2_2", "2"))[1] == "points"
    # eps-1 and eps_1 would be one line with two conditions at one time
    assert lines(("eps-1", "1"), ("eps_1", "1"), ("eps_2", "2"))[1] == "points"


def sheet(*rows):
    table = pd.DataFrame(rows, columns=["line", "time", "subject"])
    return table.assign(sample=[f"s{i}" for i in range(len(table))])


def values(*rows):
    return pd.DataFrame(rows, columns=[f"s{i}" for i in range(len(rows[0]))], dtype=float)


def test_means_are_over_the_observed_and_what_is_missing_is_counted():
    made = sheet(("rest", 0, ""), ("rest", 0, ""), ("rest", 0, ""), ("eps", 1, ""), ("eps", 0, ""))
    found = summaries(values([1, 3, np.nan, np.nan, 5]).iloc[0], made)
    assert found[["line", "time"]].to_numpy().tolist() == [["rest", 0], ["eps", 0], ["eps", 1]]
    assert found[["samples", "observed"]].to_numpy().tolist() == [[3, 2], [1, 1], [1, 0]]
    np.testing.assert_array_equal(found["mean"], [2, 5, np.nan])
    np.testing.assert_array_equal(found[["lower", "upper"]], [[1.5, 2.5], [5, 5], [np.nan, np.nan]])


def told(found):
    return {(one.line, one.time): (one.mean.tolist(), one.count.tolist(), one.of) for one in found}


def test_changes_of_subjects_are_their_own_so_that_one_who_is_missing_moves_nothing():
    made = sheet(("a", 0, "x"), ("a", 0, "y"), ("a", 1, "x"), ("a", 1, "y"))
    assert is_paired(made)
    both, one_missing = [10, 20, 11, 23], [10, 20, 11, np.nan]
    assert told(changes(values(both, one_missing), made)) == {("a", 1): ([2, 1], [2, 1], 2)}


def test_replicates_of_a_subject_count_once():
    made = sheet(("a", 0, "x"), ("a", 0, "x"), ("a", 0, "y"), ("a", 1, "x"), ("a", 1, "y"))
    # x: 6 - mean(2, 4) = 3; y: 1 - 0 = 1
    assert told(changes(values([2, 4, 0, 6, 1]), made)) == {("a", 1): ([2], [2], 2)}


def test_without_the_same_subjects_the_means_are_compared():
    made = sheet(("a", 0, "x"), ("a", 0, "y"), ("a", 1, "z"), ("a", 1, ""), ("a", 2, "x"))
    assert not is_paired(made)
    found = told(changes(values([1, 3, 7, np.nan, 2], [np.nan, np.nan, 1, 1, 1]), made))
    assert found[("a", 1)][0][0] == 5
    assert found[("a", 1)][1:] == ([1, 2], 2)
    assert np.isnan(found[("a", 1)][0][1])  # nothing at the start
    assert found[("a", 2)][0][0] == 0


@pytest.mark.parametrize(
    ("others", "start"),
    [
        ([("rest", 0, "")], ("rest", 0)),  # one rest before several stimuli
        ([("rest", 0, ""), ("sham", 0, "")], ("eps", 1)),  # which of the two is not told
        ([("eps", 0, ""), ("rest", 0, "")], ("eps", 0)),
    ],
)
def test_a_line_starts_at_its_own_first_time_or_at_the_only_condition_there(others, start):
    assert start_of("eps", sheet(("eps", 1, ""), ("eps", 2, ""), *others)) == start


def test_the_change_of_a_line_without_a_start_of_its_own_is_against_the_shared_one():
    made = sheet(("rest", 0, ""), ("eps", 1, ""), ("eps", 2, ""))
    assert told(changes(values([1, 4, 6]), made)) == {("eps", 1): ([3], [1], 1), ("eps", 2): ([5], [1], 1)}
