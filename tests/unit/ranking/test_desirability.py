"""Laws of the desirabilities."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from myosieve.ranking import desirability as d

numbers = st.floats(-100, 100)


@given(st.lists(numbers, min_size=2), numbers, numbers)
def test_a_ramp_stays_in_0_to_1_and_is_monotone(values, zero, one):
    if abs(zero - one) < 1e-6:
        return
    found = d.ramp(np.sort(values), [zero, one])
    assert ((found >= 0) & (found <= 1)).all()
    steps = np.diff(found)
    assert (steps >= 0).all() if one > zero else (steps <= 0).all()


def test_a_ramp_is_0_at_the_first_knot_and_1_at_the_second_in_either_direction():
    np.testing.assert_allclose(d.ramp(np.array([1, 2, 3, 4.0]), [2, 4]), [0, 0, 0.5, 1])
    np.testing.assert_allclose(d.ramp(np.array([0.5, 0.7, 0.9]), [0.9, 0.5]), [1, 0.5, 0])
    assert np.isnan(d.ramp(np.array([np.nan]), [0, 1]))[0]


def test_the_lower_bound_is_the_end_of_the_interval_nearer_to_zero():
    low, high = np.array([1.0, -3, -1, 0, np.nan]), np.array([3.0, -2, 1, 2, np.nan])
    np.testing.assert_array_equal(d.lower_bound(low, high), [1, 2, 0, 0, np.nan])


def test_an_interval_open_on_one_side_is_bounded_by_the_other_end():
    low, high = np.array([1.5, np.nan, -0.5, np.nan]), np.array([np.nan, -1.5, np.nan, 0.5])
    np.testing.assert_array_equal(d.lower_bound(low, high), [1.5, 1.5, 0, 0])


@given(st.floats(0, 1), st.floats(0, 20), st.floats(0, 20))
def test_more_peptides_or_samples_never_make_a_protein_less_reliable(observed, peptides, more):
    def value(share, count):
        return d.reliability(np.array([share]), np.array([count]), [0.2, 1], [0, 4])[0]

    assert value(observed, peptides + more) >= value(observed, peptides)
    assert value(min(1, observed + more), peptides) >= value(observed, peptides)


def test_reliability_is_the_geometric_mean_of_samples_and_peptides():
    # 0.6 lies halfway between the knots 0.2 and 1, one peptide a quarter of the way from 0 to 4
    found = d.reliability(np.array([0.6]), np.array([1.0]), [0.2, 1], [0, 4])
    np.testing.assert_allclose(found, [(0.5 * 0.25) ** 0.5])


def test_unknown_peptides_leave_reliability_to_the_samples():
    np.testing.assert_allclose(d.reliability(np.array([0.6]), np.array([np.nan]), [0.2, 1], [0, 4]), [0.5])


def test_leak_tells_apart_not_run_steady_and_following():
    flags = np.array(["not run", "", "", "follows leak", "marker", "marker"], dtype=object)
    r = np.array([np.nan, np.nan, 0.7, 0.95, 0.1, np.nan])
    np.testing.assert_allclose(d.leak(flags, r, [0.9, 0.5]), [np.nan, 1, 0.5, 0, 0, 0])


def test_purity_is_missing_where_serum_was_not_judged():
    flags = np.array(["", "serum protein of Bos taurus", "shared with a serum protein", "not run"], dtype=object)
    np.testing.assert_array_equal(d.purity(flags), [1, 0, 0.5, np.nan])


def test_a_shared_group_is_as_pure_as_its_peptides_say():
    flags = np.array(["", "serum protein of Bos taurus", "shared ...", "shared ...", "shared ..."], dtype=object)
    share = np.array([0.2, np.nan, 0.3, 0.0, np.nan])
    np.testing.assert_array_equal(d.purity(flags, share), [1, 0, 0.3, 0, 0.5])


def test_purity_falls_with_what_the_blank_holds_and_the_worse_of_the_two_counts():
    flags = np.array(["", "", "", "", "", "not run", "not run", "serum protein of X", "shared"], dtype=object)
    ratio = np.array([-1, 0, 1, 2, np.nan, 1, np.nan, 5, 3])
    blank = np.array(["in the blank"] * 2 + [""] * 2 + ["not in the blank", "", "not run", "", ""], dtype=object)
    expected = [0, 0, 0.5, 1, 1, 0.5, np.nan, 0, 0.5]
    np.testing.assert_array_equal(d.purity(flags, None, ratio, blank), expected)


def test_blanks_that_were_not_run_leave_purity_as_it_was():
    flags = np.array(["", "serum protein of Bos taurus", "shared with a serum protein", "not run"], dtype=object)
    missing, not_run = np.full(4, np.nan), np.full(4, "not run", dtype=object)
    np.testing.assert_array_equal(d.purity(flags, missing, missing, not_run), d.purity(flags))


def test_an_unknown_class_is_missing_and_intracellular_is_zero():
    np.testing.assert_array_equal(d.secretion(np.array(["unknown", "intracellular"])), [np.nan, 0])


def test_ways_out_of_the_cell_are_ordered():
    order = ["classical", "shed", "annotated", "gpi_anchored", "unconventional", "membrane", "intracellular"]
    assert (np.diff(d.secretion(np.array(order))) < 0).all()


def test_a_curated_receptor_beats_many_copies_and_absence_is_only_weak_evidence():
    curated, resources = np.array([True, False, False, False, False]), np.array([1, 12, 2, 0, np.nan])
    found = d.receptor(curated, resources)
    assert found[0] > found[1] > found[2] == found[3] > 0
    assert np.isnan(found[4])


@pytest.mark.parametrize("name", ["classical", "shed", "er_resident"])
def test_every_class_with_a_way_out_scores_above_zero(name):
    assert d.secretion(np.array([name]))[0] > 0


def test_significance_falls_with_the_logarithm_of_q_between_its_knots():
    found = d.significance(np.array([1.0, 0.25, 0.05, 0.01, 1e-9, 0.0, np.nan]), [0.25, 0.01])
    # log10(0.25 / 0.05) / log10(0.25 / 0.01) = 0.5 by hand
    np.testing.assert_allclose(found, [0, 0, 0.5, 1, 1, 1, np.nan], atol=1e-12)


def test_peptides_of_the_ectodomain_alone_raise_a_membrane_protein_and_cytoplasmic_ones_lower_a_shed_one():
    classes = np.array(
        ["shed", "membrane", "shed", "membrane", "classical", "classical", "shed", "unknown"], dtype=object
    )
    verdicts = np.array(["shed", "shed", "intact", "intact", "shed", "intact", "uninformative", "shed"], dtype=object)
    found = d.secretion(classes, verdicts)
    np.testing.assert_array_equal(found[:3], [1.0, 0.8, 0.4])
    np.testing.assert_array_equal(found[3:], d.secretion(classes[3:]))
    np.testing.assert_array_equal(d.secretion(classes, np.full(8, "", dtype=object)), d.secretion(classes))


def test_expression_is_the_logarithm_between_its_knots_and_unknown_where_no_atlas_knows_the_gene():
    # log2(1 + 3) = 2 is half of the way to 4, log2(1 + 15) = 4
    found = d.expression(np.array([0.0, 3.0, 15.0, 1000.0, np.nan]), [0, 4])
    np.testing.assert_allclose(found, [0, 0.5, 1, 1, np.nan])


def test_what_no_assay_has_is_weak_evidence_only_where_plasma_was_looked_at():
    has = np.array([True, False])
    np.testing.assert_array_equal(d.assay(has, looked_for_in_plasma=True), [1, 0.5])
    np.testing.assert_array_equal(d.assay(has, looked_for_in_plasma=False), [1, np.nan])
