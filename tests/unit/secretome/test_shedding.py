"""Laws of laying peptides on a topology, of the test for absent cytoplasmic peptides, and of ends that tell."""

import itertools
import math

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from myosieve.secretome import peptides, shedding
from myosieve.secretome.peptides import FREE, MET_REMOVED, SPECIFIC, TERMINUS, TRYPSIN
from myosieve.secretome.shedding import Segment

TYPE_ONE = "SP 1-20;outside 21-100;TM 101-121;inside 122-160"
TYPE_TWO = "inside 1-30;TM 31-51;outside 52-160"


def spans(*rows):
    return pd.DataFrame(rows, columns=["protein", "start", "end"])


def parts(topology, *rows, length=160):
    proteins = peptides.joined(["A" * length])
    labels = shedding.residue_labels([shedding.read_topology(topology)], proteins)
    return shedding.parts(spans(*[(0, *row) for row in rows]), labels, proteins).tolist()


# ---- topology --------------------------------------------------------------------------------------------------------


def test_a_side_that_nobody_knows_is_read_and_counts_as_not_told() -> None:
    segments = shedding.read_topology("unknown 1-4;TM 5-8;unknown 9-10")
    labels = shedding.residue_labels([segments], peptides.joined(["MAAALLLLKK"]))
    assert [shedding.LABELS[number] for number in labels] == [""] * 4 + ["TM"] * 4 + [""] * 2


def test_a_topology_is_read_as_its_segments():
    assert shedding.read_topology("SP 1-24;outside 25-340") == [Segment("SP", 1, 24), Segment("outside", 25, 340)]
    assert shedding.read_topology("") == []


@pytest.mark.parametrize("text", ["helix 1-20", "TM 20-1", "TM 1-20;inside 20-40", "TM 1", "SP 0-9"])
def test_what_is_no_topology_is_refused(text):
    with pytest.raises(ValueError, match="segment"):
        shedding.read_topology(text)


def test_a_peptide_is_of_the_part_with_most_of_its_residues():
    assert parts(TYPE_ONE, (30, 40), (130, 140)) == ["ectodomain", "cytoplasm"]
    assert parts(TYPE_TWO, (10, 20), (60, 80)) == ["cytoplasm", "ectodomain"]


def test_five_residues_of_a_helix_make_a_peptide_one_of_the_membrane_and_four_do_not():
    assert parts(TYPE_ONE, (90, 104), (90, 105), (118, 140), (117, 140), (95, 125)) == [
        "ectodomain",
        "tm",
        "cytoplasm",
        "tm",
        "tm",
    ]


def test_a_peptide_with_more_than_two_residues_of_the_signal_peptide_is_of_it():
    assert parts(TYPE_ONE, (19, 40), (18, 40), (2, 15)) == ["ectodomain", "signal", "signal"]


def test_behind_the_site_of_a_gpi_anchor_is_neither_outside_nor_inside():
    assert parts("SP 1-20;outside 21-140;GPI 141-160", (30, 50), (145, 160)) == ["ectodomain", "tail"]


def test_residues_that_the_topology_leaves_open_are_of_no_part():
    assert parts("outside 1-50", (60, 80)) == [""]


def test_coverage_counts_each_residue_of_the_part_once():
    proteins = peptides.joined(["A" * 160, "A" * 10])
    labels = shedding.residue_labels([shedding.read_topology(TYPE_ONE), []], proteins)
    found = spans((0, 21, 40), (0, 31, 60), (0, 91, 105))
    outside = shedding.coverage(found, labels, proteins, "outside")
    assert outside[0] == pytest.approx(50 / 80)  # residues 21-60 and 91-100 of 21-100
    assert np.isnan(outside[1])
    assert shedding.coverage(found, labels, proteins, "inside")[0] == 0


def test_a_peptide_shows_the_fragment_it_shares_most_with():
    proteins = peptides.joined(["AAAAAAAAAK" * 2 + "AAK" + "AAAAAAAAAAAAAK"])
    digest = peptides.fragments(proteins, TRYPSIN)
    assert digest["end"].tolist() == [10, 20, 23, 37]
    found = spans((0, 1, 10), (0, 11, 23), (0, 21, 37), (0, 1, 20), (0, 7, 18), (0, 5, 12))
    assert shedding.shown_fragments(found, digest, proteins).tolist() == [0, 1, 3, 0, 1, 0]


# ---- the test --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("inside", "outside", "seen"), [(3, 7, 4), (10, 5, 9), (1, 20, 20), (4, 4, 8)])
def test_equal_odds_make_the_distribution_hypergeometric(inside, outside, seen):
    chance = shedding.cytoplasmic_distribution(np.full(inside, 2.5), np.full(outside, 2.5), seen)
    expected = [
        math.comb(inside, k) * math.comb(outside, seen - k) / math.comb(inside + outside, seen) if k <= seen else 0
        for k in range(inside + 1)
    ]
    np.testing.assert_allclose(chance, expected, atol=1e-12)


def test_unequal_odds_agree_with_the_sum_over_all_subsets():
    inside, outside = np.array([0.2, 3.0, 1.0]), np.array([0.5, 0.5, 4.0, 1.5])
    odds = np.concatenate([inside, outside])
    weight = np.zeros(4)
    for subset in itertools.combinations(range(7), 3):
        weight[sum(one < 3 for one in subset)] += np.prod(odds[list(subset)])
    np.testing.assert_allclose(shedding.cytoplasmic_distribution(inside, outside, 3), weight / weight.sum(), atol=1e-12)


@settings(max_examples=50, deadline=None)
@given(
    st.lists(st.floats(0.01, 100), min_size=1, max_size=15),
    st.lists(st.floats(0.01, 100), min_size=1, max_size=15),
    st.floats(0.001, 1000),
    st.data(),
)
def test_a_factor_common_to_all_odds_of_a_protein_cancels(inside, outside, factor, data):
    seen = data.draw(st.integers(1, len(inside) + len(outside)))
    inside, outside = np.array(inside), np.array(outside)
    chance = shedding.cytoplasmic_distribution(inside, outside, seen)
    assert chance.sum() == pytest.approx(1)
    np.testing.assert_allclose(
        shedding.cytoplasmic_distribution(inside * factor, outside * factor, seen), chance, atol=1e-9
    )


def test_many_fragments_do_not_underflow():
    chance = shedding.cytoplasmic_distribution(np.ones(2000), np.ones(2000), 30)
    assert chance[0] == pytest.approx(math.comb(2000, 30) / math.comb(4000, 30), rel=1e-6)


def fragment_table(inside, outside, inside_seen, outside_seen, protein=0):
    rows = [("cytoplasm", k < inside_seen) for k in range(inside)]
    rows += [("ectodomain", k < outside_seen) for k in range(outside)]
    table = pd.DataFrame(rows, columns=["part", "seen"])
    return table.assign(protein=protein, odds=1.0)


def test_the_p_value_is_the_chance_of_so_few_cytoplasmic_fragments():
    table = pd.concat([fragment_table(10, 10, 0, 5, 0), fragment_table(10, 10, 1, 4, 2)])
    tested = shedding.absence_test(table, 4)
    none = math.comb(10, 5) / math.comb(20, 5)
    one = none + 10 * math.comb(10, 4) / math.comb(20, 5)
    np.testing.assert_allclose(tested["p_value"][[0, 2]], [none, one])
    np.testing.assert_allclose(tested["lowest_p"][[0, 2]], [none, none])
    np.testing.assert_allclose(tested["expected_cytoplasmic"][[0, 2]], [2.5, 2.5])
    assert tested.loc[[1, 3]].isna().all(axis=None)


def test_a_protein_without_detectable_cytoplasmic_fragments_or_without_any_seen_is_not_tested():
    table = pd.concat([fragment_table(0, 9, 0, 5, 0), fragment_table(9, 9, 0, 0, 1), fragment_table(9, 0, 4, 0, 2)])
    tested = shedding.absence_test(table, 3)
    assert tested["p_value"].isna().all()
    assert tested["detectable_cytoplasmic"].tolist() == [0, 9, 9]


def test_more_seen_than_the_ectodomain_has_cannot_be_without_cytoplasmic_ones():
    tested = shedding.absence_test(fragment_table(6, 3, 3, 3), 1)
    # six seen of 3 + 6: at least three are cytoplasmic, in comb(6, 3) of comb(9, 6) ways
    assert tested["lowest_p"][0] == pytest.approx(math.comb(6, 3) / math.comb(9, 6))
    assert tested["p_value"][0] == pytest.approx(tested["lowest_p"][0])


def test_odds_by_length_are_recovered_whatever_the_abundances():
    random = np.random.default_rng(7)
    owner = np.repeat(np.arange(400), 40)
    lengths = random.integers(7, 31, len(owner))
    planted = np.where(lengths < 11, 0.5, np.where(lengths < 18, 2.0, 1.0))
    abundance = random.lognormal(-3.5, 1.0, 400)[owner]
    seen = random.random(len(owner)) < abundance * planted / (1 + abundance * planted)
    odds = shedding.length_odds(owner, lengths, seen)
    middle = odds[(lengths >= 11) & (lengths < 18)].mean()
    assert odds[lengths < 11].mean() / middle == pytest.approx(0.25, rel=0.2)
    assert odds[lengths >= 18].mean() / middle == pytest.approx(0.5, rel=0.2)


def test_of_few_fragments_no_odds_are_told():
    seen = np.arange(1000) < shedding.MIN_SEEN - 1
    odds = shedding.length_odds(np.zeros(1000, dtype=int), np.tile([8, 20], 500), seen)
    assert (odds == 1).all()


def test_whole_proteins_with_peptides_of_unequal_visibility_keep_the_error_rate():
    """Null: the protein is there whole; odds differ between peptides 7-fold (log-normal, sigma 1) and between proteins."""
    random = np.random.default_rng(11)
    tables = []
    for protein in range(800):
        inside, outside = random.integers(3, 25), random.integers(5, 40)
        odds = random.lognormal(0, 1.0, inside + outside) * random.lognormal(-1.5, 1.0)
        seen = random.random(inside + outside) < odds / (1 + odds)
        part = ["cytoplasm"] * inside + ["ectodomain"] * outside
        tables.append(pd.DataFrame({"part": part, "seen": seen, "protein": protein, "odds": 1.0}))
    tested = shedding.absence_test(pd.concat(tables), 800)
    p_values = tested["p_value"].dropna()
    # 800 tests: the standard error of a rate of 0.05 is 0.008; an exact discrete test stays below its level
    for level in (0.01, 0.05, 0.2):
        assert (p_values <= level).mean() <= level + 2 * math.sqrt(level / 800)


# ---- the verdict -----------------------------------------------------------------------------------------------------


def verdict(counts, p_value=1e-4, lowest_p=1e-4, two_sided=True):
    row = {"ectodomain": 0, "tm": 0, "cytoplasm": 0, "doubtful": 0} | counts
    frame = pd.DataFrame([row | {"any": counts.get("any", sum(row.values()))}])
    tested = pd.DataFrame({"p_value": [p_value], "lowest_p": [lowest_p]})
    return shedding.judge(frame, tested, np.array([two_sided])).iloc[0].tolist()


def test_an_ectodomain_alone_is_shed_where_the_absence_of_the_rest_is_telling():
    assert verdict({"ectodomain": 6})[0] == "shed"
    assert verdict({"ectodomain": 6}, p_value=0.2, lowest_p=0.2)[0] == "uninformative"


@pytest.mark.parametrize("part", ["cytoplasm", "tm"])
def test_one_peptide_of_the_membrane_or_the_cytoplasm_makes_the_protein_intact(part):
    assert verdict({"ectodomain": 20, part: 1})[0] == "intact"


def test_a_doubtful_cytoplasmic_peptide_neither_proves_nor_allows():
    assert verdict({"ectodomain": 6, "doubtful": 1})[0] == "uninformative"


def test_a_single_peptide_of_the_ectodomain_is_not_enough():
    assert verdict({"ectodomain": 1})[0] == "uninformative"


def test_without_peptides_and_without_two_sides_there_is_no_verdict():
    assert verdict({})[0] == "none"
    assert verdict({"ectodomain": 6}, two_sided=False)[0] is None


def test_proteins_that_cannot_reach_significance_do_not_enlarge_the_family():
    tested = pd.DataFrame({"p_value": [0.02, 0.03, 0.3, 0.9], "lowest_p": [0.02, 0.001, 0.3, 0.06]})
    counts = pd.DataFrame({"ectodomain": [5] * 4, "tm": 0, "cytoplasm": 0, "doubtful": 0, "any": 5})
    judged = shedding.judge(counts, tested, np.ones(4, dtype=bool))
    # Benjamini-Hochberg over two: min(2 x 0.02, 0.03) and 0.03
    np.testing.assert_allclose(judged["q_value"], [0.03, 0.03, np.nan, np.nan])
    assert judged["shedding"].tolist() == ["shed", "shed", "uninformative", "uninformative"]


def test_an_absence_that_many_proteins_could_show_by_chance_is_not_telling():
    tested = pd.DataFrame({"p_value": [0.04, 0.9, 0.8], "lowest_p": [0.04, 0.01, 0.01]})
    counts = pd.DataFrame({"ectodomain": [5] * 3, "tm": 0, "cytoplasm": [0, 4, 4], "doubtful": 0, "any": 9})
    judged = shedding.judge(counts, tested, np.ones(3, dtype=bool))
    assert judged["q_value"][0] == pytest.approx(0.12)  # 3 x 0.04
    assert judged["shedding"].tolist() == ["uninformative", "intact", "intact"]


# ---- ends that tell --------------------------------------------------------------------------------------------------


def mature(*rows, end=24.0, looked_for_free=True):
    found = pd.DataFrame([(0, *row) for row in rows], columns=["protein", "start", "n_side"])
    return shedding.mature_n_termini(found, np.array([end]), looked_for_free)[0]


def test_a_free_end_right_behind_the_signal_peptide_is_the_mature_protein():
    assert mature((25, FREE), (60, SPECIFIC)) == "yes"


def test_up_to_two_residues_off_is_near():
    assert [mature((start, FREE)) for start in (23, 24, 26, 27, 28)] == ["near", "near", "near", "near", "no"]


def test_where_the_protease_cuts_anyway_nothing_is_told():
    assert mature((25, SPECIFIC)) == "not telling"
    assert mature((26, SPECIFIC)) == "no"


def test_a_peptide_that_begins_inside_the_signal_peptide_is_against_it():
    assert mature((1, TERMINUS)) == "against"
    assert mature((2, MET_REMOVED)) == "against"
    assert mature((10, SPECIFIC)) == "against"
    assert mature((10, SPECIFIC), (25, FREE)) == "yes"  # both forms are there


def test_a_search_for_tryptic_ends_cannot_say_no():
    assert mature((60, SPECIFIC), looked_for_free=False) == "not telling"
    assert mature((10, SPECIFIC), looked_for_free=False) == "against"


def test_without_a_signal_peptide_or_peptides_nothing_is_asked():
    assert mature((25, FREE), end=math.nan) is None
    assert mature() is None


def cut(topology, *rows):
    found = pd.DataFrame(rows, columns=["protein", "start", "end", "n_side", "c_side"])
    return shedding.stalk_cuts(found, [shedding.read_topology(topology)])


def test_a_free_end_next_to_the_membrane_may_be_the_cut_of_a_sheddase():
    assert cut(TYPE_ONE, (0, 60, 86, SPECIFIC, FREE)) == {0: (86, 14)}  # 87 to 100 lie between it and the helix
    assert cut(TYPE_TWO, (0, 66, 90, FREE, SPECIFIC)) == {0: (66, 14)}  # 52 to 65


def test_an_end_far_from_the_membrane_or_of_the_protease_or_on_the_other_side_is_no_such_cut():
    assert cut(TYPE_ONE, (0, 30, 50, SPECIFIC, FREE)) == {}
    assert cut(TYPE_ONE, (0, 60, 86, SPECIFIC, SPECIFIC)) == {}
    assert cut(TYPE_ONE, (0, 86, 95, FREE, SPECIFIC)) == {}
    assert cut(TYPE_ONE, (0, 122, 140, FREE, FREE)) == {}


def test_of_several_cuts_the_one_with_most_peptides_is_named():
    rows = [(0, 60, 80, SPECIFIC, FREE), (0, 60, 86, SPECIFIC, FREE), (0, 70, 80, FREE, FREE)]
    assert cut(TYPE_ONE, *rows) == {0: (80, 20)}
