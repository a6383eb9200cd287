"""The embedded predictors together: one table by its contract."""

import numpy as np
import pandas as pd
import pytest
import threadpoolctl

from myosieve import schema
from myosieve.sequence import network, predict, transmembrane

SOLUBLE = "MSDEEKRKQNPEDSTKRGENDKQPESTRDNGEKQSDNPTEEKRQDSNGKPTEDRQKESNDTGKPEQRDSNETKGPDQERSN"
SIGNAL = "MKRTLLLLLLLLLLLAPASA"
SECRETED = SIGNAL + SOLUBLE[1:]
HELIX = "IVWGLLGLLALAVVLVVVLLY"
ANCHORED = SOLUBLE + HELIX + "KRKRRQ" + SOLUBLE[1:]


@pytest.fixture(scope="module")
def models() -> predict.Models:
    return predict.read_models()


def proteins(*sequences: str | None) -> pd.DataFrame:
    names = [f"P{number}" for number in range(len(sequences))]
    frame = pd.DataFrame({"accession": names, "gene": "", "protein_name": "", "organism": ""}, index=names)
    return frame.assign(sequence=list(sequences))


def test_features_follow_the_contract_and_the_order(models) -> None:
    result = predict.predict(proteins(SOLUBLE, SECRETED + "KDEL", "", None, "BZJUOX" * 20, ANCHORED + "KKNN"), models)
    assert list(result.columns) == schema.FEATURES.names
    assert result["accession"].tolist() == ["P0", "P1", "P2", "P3", "P4", "P5"]
    assert result["signal_peptide"].tolist()[:4] == ["no", "yes", "unknown", "unknown"]
    assert result["er_motif"].tolist()[:3] == ["no", "KDEL", "unknown"]
    assert result["dilysine"].tolist()[2:6:3] == ["unknown", "KKNN"]
    assert result["length"].tolist() == [len(SOLUBLE), len(SECRETED) + 4, 0, 0, 120, len(ANCHORED) + 4]
    assert result["tm_count"].isna().tolist() == [False, False, True, True, False, False]
    assert result["tm_count"].tolist()[:2] == [0, 0]
    assert result["tm_count"][5] == 1


def test_helices_are_looked_for_behind_the_signal_peptide_that_was_called(models) -> None:
    result = predict.predict(proteins(SIGNAL + ANCHORED), models).iloc[0]
    assert result["sp_end"] == len(SIGNAL)
    assert all(start > len(SIGNAL) for start, _ in transmembrane.read_segments(result["tm_segments"]))


def test_probabilities_are_rounded_to_four_digits_and_lie_between_zero_and_one(models) -> None:
    draw = np.random.default_rng(1)
    sequences = ["M" + "".join(draw.choice([*"ACDEFGHIKLMNPQRSTVWY"], 150)) for _ in range(20)]
    result = predict.predict(proteins(*sequences, SECRETED, ANCHORED), models)
    for name in ("sp_score", "tm_score", "gpi_score"):
        assert result[name].between(0, 1).all()
        np.testing.assert_array_equal(result[name], result[name].round(4))


def test_a_protein_gives_the_same_alone_and_among_others(models) -> None:
    sequences = [SOLUBLE, SECRETED, ANCHORED, "", "MK"]
    together = predict.predict(proteins(*sequences), models)
    alone = [predict.predict(proteins(*sequences)[n : n + 1], models) for n in range(len(sequences))]
    # the last bits of a product go by its size: a probability that lies between two steps may be rounded either way
    pd.testing.assert_frame_equal(together, pd.concat(alone, ignore_index=True), rtol=0, atol=1.01e-4)


def test_the_networks_run_on_one_thread_and_the_others_are_given_back(models, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[set[int]] = []
    plain = network.blocks

    def watched(*arguments: object) -> np.ndarray:
        seen.append(blas_threads())
        return plain(*arguments)

    monkeypatch.setattr(network, "blocks", watched)
    with threadpoolctl.threadpool_limits(2, "blas"):
        predict.predict(proteins(SECRETED, ANCHORED), models)
        assert blas_threads() == {2}
    assert len(seen) >= 2  # signal peptides and helices
    assert set.union(*seen) == {1}


def blas_threads() -> set[int]:
    return {pool["num_threads"] for pool in threadpoolctl.threadpool_info() if pool["user_api"] == "blas"}


def test_features_of_no_protein_are_an_empty_table_by_the_contract(models) -> None:
    result = predict.predict(proteins(), models)
    assert list(result.columns) == schema.FEATURES.names
    assert len(result) == 0


def test_progress_is_told_for_each_network_up_to_the_number_of_proteins(models) -> None:
    told: dict[str, int] = {}

    def progress(what: str):
        return lambda done: told.update({what: done})

    predict.predict(proteins(SECRETED, ANCHORED, SOLUBLE), models, progress)
    assert told == {"signal peptides": 3, "transmembrane helices": 3}
