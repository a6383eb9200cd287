"""Which source is believed: orders as data, one list in the config, near names for typing errors."""

import pytest

from myosieve.errors import InputError
from myosieve.evidence import precedence
from myosieve.evidence.precedence import DEFAULT, SOURCES, read, words


@pytest.mark.parametrize(
    ("feature", "better", "worse"),
    [
        # The order of published accuracy that docs/methods.md states.
        ("signal_peptide", "user", "uniprot_experimental"),
        ("signal_peptide", "uniprot_experimental", "uniprot_reviewed"),
        ("signal_peptide", "uniprot_reviewed", "signalp6"),
        ("signal_peptide", "signalp6", "deeptmhmm"),
        ("signal_peptide", "deeptmhmm", "signalp5"),
        ("signal_peptide", "signalp5", "signalp4"),
        ("signal_peptide", "outcyte", "uniprot_automatic"),
        ("signal_peptide", "uniprot_automatic", "embedded"),
        ("tm_helix", "tmbed", "phobius"),
        ("tm_helix", "phobius", "tmhmm"),
        ("tm_helix", "tmhmm", "embedded"),
        ("gpi", "netgpi", "predgpi"),
        ("gpi", "predgpi", "embedded"),
        ("extracellular", "uniprot_reviewed", "go"),
        ("unconventional", "user", "outcyte"),
    ],
)
def test_the_default_believes_the_better_source(feature: str, better: str, worse: str) -> None:
    assert DEFAULT.rank(feature, better) < DEFAULT.rank(feature, worse)


def test_a_source_has_no_rank_for_what_it_does_not_speak_of() -> None:
    assert DEFAULT.rank("tm_helix", "signalp6") is None
    assert DEFAULT.rank("signal_peptide", "tmhmm") is None
    assert DEFAULT.rank("gpi", "nobody") is None


def test_every_feature_has_a_source_that_decides() -> None:
    assert all(DEFAULT.order[feature] for feature in precedence.FEATURES)


def test_one_list_orders_all_features_and_leaves_out_what_it_lacks() -> None:
    order = read(["tmhmm", "embedded", "signalp6"]).order
    assert order["tm_helix"] == ("tmhmm", "embedded")
    assert order["signal_peptide"] == ("embedded", "signalp6")
    assert order["gpi"] == ("embedded",)
    assert order["extracellular"] == ()


@pytest.mark.parametrize(
    ("listed", "message"),
    [
        (["signalp"], "precedence: unknown source 'signalp'; did you mean 'signalp"),
        (["SignalP6"], "did you mean 'signalp6'"),
        (["embeded"], "did you mean 'embedded'"),
        (["xyzzy"], "known sources are user, uniprot_experimental"),
        (["tmhmm", "tmhmm"], "source 'tmhmm' is listed twice"),
        ([], "no source is listed"),
    ],
)
def test_a_list_that_cannot_be_meant_is_refused(listed: list[str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        read(listed)


@pytest.mark.parametrize(
    ("source", "version", "shown"),
    [
        ("signalp6", "6.0", "SignalP 6.0"),
        ("signalp6", "", "SignalP 6"),
        ("deeptmhmm", "", "DeepTMHMM"),
        ("uniprot_experimental", "2026_01", "UniProt 2026_01, experimental"),
        ("uniprot_reviewed", "", "UniProt, reviewed"),
        ("embedded", "0.1.0", "embedded predictor"),
        ("go", "", "Gene Ontology"),
        ("another tool", "3", "another tool 3"),
    ],
)
def test_sources_have_names_that_people_use(source: str, version: str, shown: str) -> None:
    assert words(source, version) == shown


def test_the_lists_of_special_sources_name_sources() -> None:
    special = {*precedence.CURATED, *precedence.SEES_BARRELS, *precedence.VAGUE, *precedence.UNIPROT}
    assert special <= set(SOURCES)
