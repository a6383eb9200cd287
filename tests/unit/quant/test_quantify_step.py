"""`myosieve quantify`: what is left out and why, what the samples look like, and what a reader is told."""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.quant.rollup import methods
from myosieve.quant.step import quantify
from myosieve.settings import stage_defaults
from myosieve.tables.step import intake

NAMES = ["r1", "r2", "r3", "e1", "e2", "e3"]
CONDITIONS = ["rest"] * 3 + ["eps"] * 3
Make = Callable[..., Path]


def settings(normalization: str = "median", **filters: object) -> dict[str, object]:
    defaults = stage_defaults("quant")
    return defaults | {"normalization": normalization, "filter": defaults["filter"] | filters}


def precursors_table(groups: Sequence[str], samples: Sequence[str], values: np.ndarray | None) -> pd.DataFrame:
    """Return precursors as `intake` writes them: `values` holds those of each group one after the other, or is None."""
    each = 0 if values is None else len(values) // len(groups)
    names = [f"{group}_{place}" for group in groups for place in range(each)]
    keys = np.repeat(np.asarray(groups, dtype=object), each)
    table = pd.DataFrame({"precursor": names, "protein_group": keys, "sequence": ""}, dtype="str")
    matrix = np.empty((0, len(samples))) if values is None else values
    return pd.concat([table, pd.DataFrame(matrix, columns=list(samples))], axis=1)


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a folder as `intake` does: 60 proteins in six samples unless told otherwise."""

    def make(
        linear: np.ndarray | None = None,
        flags: dict[str, Sequence[object]] | None = None,
        precursors: np.ndarray | None = None,
        peptides: Callable[..., pd.DataFrame] | None = None,
        **sheet: object,
    ) -> Path:
        if linear is None:
            draw = np.random.default_rng(1)
            linear = 2 ** (draw.normal(22, 2, (60, 1)) + draw.normal(0, 0.2, (60, 6)))
        groups = [f"P{row}" for row in range(len(linear))]
        proteins = pd.DataFrame({name: [""] * len(groups) for name in schema.PROTEINS.names})
        proteins = proteins.assign(protein_group=groups, accession=groups, peptides=3.0, unique_peptides=2.0)
        proteins = proteins.assign(
            **{"decoy": "no", "contaminant": "no", "contaminant_by": "", "only_by_site": "no"} | (flags or {})
        )
        samples = pd.DataFrame(
            {"sample": NAMES, "column": NAMES, "condition": CONDITIONS, "fraction": "secretome"} | sheet
        )
        folder = tmp_path / "intake"
        intensities = pd.DataFrame(linear, columns=samples["sample"])
        intensities.insert(0, "protein_group", groups)
        files.write_table(folder / "proteins.tsv", schema.PROTEINS.arrange(proteins))
        files.write_table(folder / "intensities.tsv", intensities)
        files.write_table(folder / "samples.tsv", samples)
        counts = intensities.assign(**dict.fromkeys(samples["sample"], np.nan))
        files.write_table(
            folder / "peptide_counts.tsv", counts if peptides is None else peptides(groups, samples["sample"])
        )
        files.write_table(folder / "precursors.parquet", precursors_table(groups, samples["sample"], precursors))
        return folder

    return make


def log2_of(folder: Path) -> pd.DataFrame:
    return np.log2(files.read_table(folder / "intensities.tsv").set_index("protein_group"))


def test_every_protein_group_is_written_and_those_left_out_say_why(make: Make, tmp_path: Path) -> None:
    folder = make(flags={"contaminant": ["yes"] + ["no"] * 59, "contaminant_by": ["prefix"] + [""] * 59})
    quantify(folder, settings(), tmp_path / "out")
    proteins = files.read_table(tmp_path / "out/proteins.tsv", schema.QUANTIFIED)
    assert list(proteins.columns) == schema.QUANTIFIED.names
    assert len(proteins) == 60
    assert proteins["excluded_because"].notna().tolist() == [True] + [False] * 59
    values = files.read_table(tmp_path / "out/intensities.tsv")
    assert values.shape == (60, 7)
    assert values.iloc[0, 1:].notna().all()


def test_without_normalization_the_values_are_log2_of_the_engines(make: Make, tmp_path: Path) -> None:
    folder = make()
    summary = quantify(folder, settings("none"), tmp_path / "out")
    values = files.read_table(tmp_path / "out/intensities.tsv").set_index("protein_group")
    np.testing.assert_allclose(values, log2_of(folder), rtol=1e-9)  # ten digits are written
    assert "without further normalization" in summary.methods[-1]


def test_the_samples_table_counts_over_the_kept_groups_and_holds_the_shift(make: Make, tmp_path: Path) -> None:
    linear = 2 ** np.random.default_rng(1).normal(22, 1, (60, 6))
    linear[:20, 0] = np.nan
    folder = make(linear, flags={"decoy": ["no"] * 50 + ["yes"] * 10})
    quantify(folder, settings(), tmp_path / "out")
    quality = files.read_table(tmp_path / "out/samples_qc.tsv", schema.SAMPLES_QUANTIFIED).set_index("sample")
    assert quality.loc["r1", "n_proteins"] == 30  # 60 - 10 decoys - 20 missing
    assert quality.loc["r1", "missing"] == pytest.approx(20 / 50)
    assert quality.loc["r1", "median_log2"] == pytest.approx(np.median(np.log2(linear[20:50, 0])))
    values = files.read_table(tmp_path / "out/intensities.tsv").set_index("protein_group")
    np.testing.assert_allclose((values - log2_of(folder)).mean(), quality["shift"], atol=1e-8)


def test_a_sample_without_any_value_goes_through_and_is_named(make: Make, tmp_path: Path) -> None:
    linear = 2 ** np.random.default_rng(1).normal(22, 1, (60, 6))
    linear[:, 5] = np.nan
    summary = quantify(make(linear), settings(), tmp_path / "out")
    quality = files.read_table(tmp_path / "out/samples_qc.tsv", schema.SAMPLES_QUANTIFIED).set_index("sample")
    assert quality.loc["e3", ["n_proteins", "missing", "shift"]].tolist() == [0, 1, 0]
    assert np.isnan(quality.loc["e3", "median_log2"])
    assert any(warning.startswith("e3: not normalized") for warning in summary.warnings)


def test_the_counts_name_every_reason(make: Make, tmp_path: Path) -> None:
    summary = quantify(make(flags={"peptides": [1.0] * 7 + [3.0] * 53}), settings(min_peptides=2), tmp_path / "out")
    assert summary.counts["protein_groups"] == 60
    assert summary.counts["kept"] == 53
    assert summary.counts["excluded: fewer than 2 peptides"] == 7
    assert "fewer than 2 peptides: 7" in summary.methods[0]


@pytest.mark.parametrize(
    ("flags", "filters", "says"),
    [
        ({"contaminant": "yes", "contaminant_by": "engine"}, {}, "set filter.contaminants: keep"),
        ({"only_by_site": "yes"}, {}, "set filter.only_by_site: keep"),
        ({}, {"min_peptides": 9}, "(fewer than 9 peptides: 60); set a lower filter.min_peptides"),
        ({}, {"min_valid": 4}, "(observed in at most 3 samples of any condition; 4 are asked: 60); set a lower"),
        ({"decoy": "yes"}, {}, "check table and sample sheet"),
    ],
)
def test_a_filter_that_leaves_nothing_is_refused_with_the_setting_to_loosen(
    make: Make, tmp_path: Path, flags: dict[str, str], filters: dict[str, int], says: str
) -> None:
    folder = make(flags=flags)
    with pytest.raises(InputError) as error:
        quantify(folder, settings(**filters), tmp_path / "out")
    assert "no protein group is left" in str(error.value)
    assert says in str(error.value)
    assert not (tmp_path / "out").exists()


def test_media_and_lysates_are_normalized_apart_and_blanks_not_at_all(make: Make, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    linear = 2 ** (draw.normal(22, 2, (60, 1)) + np.array([0, 1, 5, 7, -9, -8]) + draw.normal(0, 0.01, (60, 6)))
    folder = make(linear, fraction=["secretome"] * 2 + ["lysate"] * 2 + ["blank"] * 2, condition="one")
    summary = quantify(folder, settings(), tmp_path / "out")
    shift = files.read_table(tmp_path / "out/samples_qc.tsv")["shift"]
    np.testing.assert_allclose(shift, [0.5, -0.5, 1, -1, 0, 0], atol=0.02)  # half of each pair's difference
    assert "Lysates were normalized among themselves. Blanks were not normalized." in summary.methods[-1]


def test_a_shift_that_follows_the_condition_is_a_warning(make: Make, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    linear = 2 ** (draw.normal(22, 2, (60, 1)) + np.repeat([0, 1.2], 3) + draw.normal(0, 0.05, (60, 6)))
    (warning,) = quantify(make(linear), settings(), tmp_path / "out").warnings
    # planted: 1.2 log2 between the conditions, 0.05 between replicates
    assert re.search(r"median protein is 1\.(19|20|21) log2 higher in condition 'eps' than in 'rest'", warning)
    assert "normalization: median removes it" in warning
    (warning,) = quantify(make(linear), settings("none"), tmp_path / "out").warnings
    assert "left in, since normalization is none" in warning
    assert quantify(make(), settings(), tmp_path / "out").warnings == []


def test_an_experiment_without_media_is_refused(make: Make, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="no sample is of the fraction secretome"):
        quantify(make(fraction="lysate"), settings(), tmp_path / "out")


def test_tables_that_do_not_fit_together_are_refused(make: Make, tmp_path: Path) -> None:
    folder = make()
    values = files.read_table(folder / "intensities.tsv")
    for wrong in (
        values.iloc[1:],
        values.drop(columns="r1"),
        values.assign(r1="high"),
        values[[*values.columns[::-1]]],
    ):
        files.write_table(folder / "intensities.tsv", wrong)
        with pytest.raises(InputError, match="does not hold one number per protein group"):
            quantify(folder, settings(), tmp_path / "out")


def test_the_commands_follow_each_other_and_leave_a_record(tmp_path: Path) -> None:
    (tmp_path / "t.txt").write_text(
        "Protein IDs\tLFQ intensity A\tLFQ intensity B\nP1\t100\t400\nP2\t200\t800\nREV__P3\t1\t1\n"
    )
    (tmp_path / "s.csv").write_text("sample,condition\nA,x\nB,x\n")
    read, out, record = tmp_path / "intake", tmp_path / "out", tmp_path / "record.json"
    assert (
        main(["intake", "--table", str(tmp_path / "t.txt"), "--samples", str(tmp_path / "s.csv"), "--out", str(read)])
        == 0
    )
    assert main(["quantify", "--intake", str(read), "--out", str(out), "--record", str(record)]) == 0
    # log2(100) and log2(400) differ by 2: each sample is shifted by 1
    assert files.read_table(out / "samples_qc.tsv")["shift"].tolist() == [1, -1]
    assert json.loads(record.read_text())["counts"]["excluded: decoy, a hit in the reversed database"] == 1


def test_the_command_ends_with_status_2_and_one_line(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "myosieve.cli", "quantify", "--intake", tmp_path / "no", "--out", tmp_path / "out"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith("myosieve quantify: ")
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "out").exists()


def test_normalization_leaves_the_yeast_of_cptac_where_it_is_and_the_spikes_apart(
    shared_data: Path, tmp_path: Path
) -> None:
    names = [f"6{level}_{run}" for level in "ABC" for run in range(1, 10)]
    sheet = tmp_path / "s.tsv"
    sheet.write_text("sample\tcondition\n" + "".join(f"{name}\t{name[:2]}\n" for name in names))
    table = shared_data / "spikein/cptac6_maxquant/proteinGroups.txt.gz"
    intake(table, sheet, stage_defaults("tables"), tmp_path / "intake")
    summary = quantify(tmp_path / "intake", settings(), tmp_path / "out")
    proteins = files.read_table(tmp_path / "out/proteins.tsv", schema.QUANTIFIED)
    values = files.read_table(tmp_path / "out/intensities.tsv").set_index("protein_group")
    kept = proteins["excluded_because"].isna().to_numpy()
    assert summary.counts["kept"] == kept.sum()
    spiked = proteins["accession"].str.endswith("ups").to_numpy()
    means = values.T.groupby([name[:2] for name in names]).mean().T
    change = (means["6B"] - means["6A"]).to_numpy()
    # PROVENANCE.md of the data: the spikes differ by 1.57 (measured on the stored LFQ: 1.39), yeast by 0
    assert np.nanmedian(change[kept & ~spiked]) == pytest.approx(0, abs=0.05)
    assert np.nanmedian(change[kept & spiked]) == pytest.approx(1.39, abs=0.25)


# ---- rollup --------------------------------------------------------------------------------------------------------


def values_of(folder: Path, name: str = "intensities") -> pd.DataFrame:
    return files.read_table(folder / f"{name}.tsv").set_index("protein_group")


def precursors_of_profile(seed: int = 1, groups: int = 60, each: int = 4) -> np.ndarray:
    """Linear precursors: the group's profile times the precursor's response, a tenth missing; six samples."""
    draw = np.random.default_rng(seed)
    profile = np.repeat(draw.normal(22, 1, (groups, 6)), each, axis=0)
    log2 = profile + draw.normal(0, 2, (groups * each, 1)) + draw.normal(0, 0.1, (groups * each, 6))
    log2[draw.random(log2.shape) < 0.1] = np.nan
    return 2**log2


def nothing(count: int = 60) -> np.ndarray:
    return np.full((count, 6), np.nan)


def test_auto_rolls_up_where_the_table_has_precursors_only(make: Make, tmp_path: Path) -> None:
    folder = make(nothing(), precursors=precursors_of_profile())
    summary = quantify(folder, settings("none"), tmp_path / "out")
    assert values_of(tmp_path / "out").notna().to_numpy().mean() > 0.99
    assert summary.methods[0].startswith("Protein groups were quantified from their precursors by MaxLFQ")


def test_auto_takes_the_engines_values_where_the_table_has_both(make: Make, tmp_path: Path) -> None:
    folder = make(precursors=precursors_of_profile())
    quantify(folder, settings("none"), tmp_path / "out")
    np.testing.assert_allclose(values_of(tmp_path / "out"), log2_of(folder), rtol=1e-9)


@pytest.mark.parametrize("method", ["maxlfq", "directlfq", "median_polish", "top3", "sum", "dpc"])
def test_every_rollup_finds_the_profiles_that_were_planted_and_says_what_ran(
    make: Make, tmp_path: Path, method
) -> None:
    folder = make(precursors=precursors_of_profile())
    summary = quantify(folder, settings("none") | {"rollup": method}, tmp_path / "out")
    found = values_of(tmp_path / "out").to_numpy()
    planted = np.random.default_rng(1).normal(22, 1, (60, 6))
    error = (found - found.mean(axis=1, keepdims=True)) - (planted - planted.mean(axis=1, keepdims=True))
    # sum and top3 count a missing precursor as if it were not there: they may be off where the strongest is missing
    assert np.median(np.abs(error)) < (0.3 if method in ("sum", "top3") else 0.1)
    assert summary.methods[0].startswith("Protein groups were quantified from their precursors by")


@pytest.mark.parametrize("method", ["maxlfq", "directlfq", "median_polish", "top3", "sum", "dpc"])
def test_the_size_of_the_batches_changes_nothing_and_the_groups_done_are_told(
    monkeypatch: pytest.MonkeyPatch, method: str
) -> None:
    log2, groups = np.log2(precursors_of_profile()), np.repeat(np.arange(60), 4)
    whole = methods.roll_up(log2, groups, method)
    monkeypatch.setattr(methods, "_BATCH_VALUES", 200)
    done: list[int] = []
    batched = methods.roll_up(log2, groups, method, progress=done.append)
    np.testing.assert_array_equal(batched.log2, whole.log2)
    assert len(done) == 7  # 60 x 4 x 6 values, 200 at once
    assert done == sorted(done)
    assert done[-1] == 60


@pytest.mark.parametrize("method", ["maxlfq", "directlfq", "median_polish", "top3", "sum", "dpc"])
def test_parts_rolled_up_apart_are_the_same_bytes_as_all_at_once(make: Make, tmp_path: Path, method: str) -> None:
    folder = make(precursors=precursors_of_profile())
    parts = [tmp_path / f"{k}.parquet" for k in (1, 2, 3)]
    counts = []
    for k, part in enumerate(parts, 1):
        arguments = ["rollup", "--intake", folder, "--rollup", method, "--part", k, "--parts", 3, "--out", part]
        assert main([str(argument) for argument in arguments]) == 0
        counts.append(len(pd.read_parquet(part)))
    assert sum(counts) == 60
    assert min(counts) > 10
    wanted = settings() | {"rollup": method}
    quantify(folder, wanted, tmp_path / "whole")
    quantify(folder, wanted, tmp_path / "apart", parts)
    for name in ("intensities.tsv", "log2.tsv", "estimates.parquet", "samples_qc.tsv"):
        assert (tmp_path / "apart" / name).read_bytes() == (tmp_path / "whole" / name).read_bytes(), name


def test_dpc_keeps_what_rests_on_nothing_out_of_the_values_and_writes_it_with_its_error(
    make: Make, tmp_path: Path
) -> None:
    precursors = precursors_of_profile()
    precursors[:4, :3] = np.nan  # the first protein is seen in one condition only
    summary = quantify(make(precursors=precursors), settings("none") | {"rollup": "dpc"}, tmp_path / "out")
    assert values_of(tmp_path / "out").loc["P0"].isna().tolist() == [True] * 3 + [False] * 3
    estimates = pd.read_parquet(tmp_path / "out/estimates.parquet")
    assert list(estimates.columns) == schema.ESTIMATES.names
    first = estimates[estimates["protein_group"] == "P0"].set_index("sample")
    assert first.loc["r1", "precursors"] == 0
    assert first.loc["r1", "se"] > first.loc["e1", "se"]
    assert first.loc[["r1", "r2", "r3"], "log2"].max() < first.loc[["e1", "e2", "e3"], "log2"].min()
    assert any("any other test takes them as missing" in warning for warning in summary.warnings)


def test_a_rollup_without_precursors_is_refused(make: Make, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"rollup is 'maxlfq', but the table has no precursors; .*report\.parquet"):
        quantify(make(), settings() | {"rollup": "maxlfq"}, tmp_path / "out")
    with pytest.raises(InputError, match="the table has no values of protein groups"):
        quantify(
            make(nothing(), precursors=precursors_of_profile()), settings() | {"rollup": "engine"}, tmp_path / "out"
        )


# ---- plexes --------------------------------------------------------------------------------------------------------


def plexed() -> tuple[np.ndarray, dict[str, Sequence[str]]]:
    """Return linear reporter intensities of two plexes with levels of their own, and the sheet; r3 and e3 are the pool."""
    draw = np.random.default_rng(1)
    biology = draw.normal(22, 1, (60, 1)) + np.array([0, 0, 0.5, 1, 1, 0.5]) + draw.normal(0, 0.01, (60, 6))
    plex = np.array([0, 1, 0, 0, 1, 1])
    levels = draw.normal(0, 2, (60, 2))
    fractions = (["secretome"] * 2 + ["reference"]) * 2
    return 2 ** (biology + levels[:, plex]), {"plex": ["a", "b", "a", "a", "b", "b"], "fraction": fractions}


def test_plexes_are_aligned_to_the_pool_that_they_share(make: Make, tmp_path: Path) -> None:
    linear, sheet = plexed()
    summary = quantify(make(linear, **sheet), settings("none"), tmp_path / "out")
    values = values_of(tmp_path / "out")
    np.testing.assert_allclose(values["e1"] - values["r1"], 1, atol=0.1)  # planted: 1, noise 0.01
    np.testing.assert_allclose(values["r2"] - values["r1"], 0, atol=0.1)
    assert any("Plubell" in sentence for sentence in summary.methods)


def test_plexes_that_nothing_aligns_are_a_warning(make: Make, tmp_path: Path) -> None:
    linear, sheet = plexed()
    summary = quantify(make(linear, plex=sheet["plex"]), settings("none"), tmp_path / "out")
    assert any("2 plexes, which are not aligned" in warning for warning in summary.warnings)


@pytest.mark.parametrize(
    ("sheet", "correction", "says"),
    [
        ({"plex": "a"}, "reference", "not every sample has a plex of several"),
        ({"plex": ["a", "b", "a", "b", "a", ""]}, "mean", "not every sample has a plex of several"),
        ({"plex": ["a", "b"] * 3}, "reference", "plex 'a' has no reference channel"),
    ],
)
def test_a_plex_correction_that_the_sheet_does_not_support_is_refused(
    make: Make, tmp_path: Path, sheet: dict, correction: str, says: str
) -> None:
    with pytest.raises(InputError, match=says):
        quantify(make(**sheet), settings() | {"plex_correction": correction}, tmp_path / "out")


# ---- normalization -------------------------------------------------------------------------------------------------


def test_factors_are_read_from_the_sheet(make: Make, tmp_path: Path) -> None:
    folder = make(normalization_factor=["1", "1", "1", "2", "2", "2"])
    quantify(folder, settings("factors"), tmp_path / "out")
    shift = files.read_table(tmp_path / "out/samples_qc.tsv")["shift"]
    assert shift.tolist() == [0.5] * 3 + [-0.5] * 3  # log2 of 1 and 2, less their mean


@pytest.mark.parametrize("wrong", ["", "0", "-1", "much"])
def test_a_factor_that_is_no_amount_is_refused_with_the_sample(make: Make, tmp_path: Path, wrong: str) -> None:
    folder = make(normalization_factor=["1", wrong, "1", "1", "1", "1"])
    with pytest.raises(InputError, match=f"sample 'r2': normalization_factor is '{wrong}'"):
        quantify(folder, settings("factors"), tmp_path / "out")


def test_reference_proteins_are_looked_up_by_accession_never_by_gene(make: Make, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    linear = 2 ** (draw.normal(22, 2, (60, 1)) + np.repeat([0, 2], 3) + draw.normal(0, 0.01, (60, 6)))
    linear[:3] = 2**20.0  # three spikes in equal amounts
    accessions = [f"ACC{row};OTHER{row}" for row in range(60)]
    folder = make(linear, flags={"accessions": accessions, "gene": [f"GENE{row}" for row in range(60)]})
    wanted = settings("reference") | {"reference_proteins": ["ACC0", "OTHER1", "P2"]}
    quantify(folder, wanted, tmp_path / "out")
    values = values_of(tmp_path / "out")
    np.testing.assert_allclose(
        (values[["e1", "e2", "e3"]].mean(axis=1) - values[["r1", "r2", "r3"]].mean(axis=1))[3:], 2, atol=0.05
    )
    with pytest.raises(InputError, match="'GENE0' is no accession or protein group of the table"):
        quantify(folder, settings("reference") | {"reference_proteins": ["GENE0"]}, tmp_path / "out")


@pytest.mark.parametrize("method", ["median", "quantile", "cyclic_loess", "vsn", "rlr", "reference"])
def test_a_constant_shift_of_a_sample_changes_no_result(make: Make, tmp_path: Path, method: str) -> None:
    draw = np.random.default_rng(1)
    log2 = draw.normal(22, 2, (60, 1)) + draw.normal(0, 0.2, (60, 6))
    quantify(make(2**log2), settings(method), tmp_path / "one")
    quantify(make(2 ** (log2 + np.array([0, 0, 1.5, 0, 0, 0]))), settings(method), tmp_path / "two")
    one, two = values_of(tmp_path / "one"), values_of(tmp_path / "two")
    difference = two - one
    # the common level may move with the sample's; between samples nothing may: vsn's search ends within 1e-4
    assert (difference.sub(difference.mean(axis=1), axis=0)).abs().to_numpy().max() < (
        1e-3 if method == "vsn" else 1e-6
    )


def test_the_quality_of_samples_counts_peptides_where_they_are_known(make: Make, tmp_path: Path) -> None:
    def two_each(groups: Sequence[str], samples: Sequence[str]) -> pd.DataFrame:
        return pd.DataFrame({"protein_group": groups} | dict.fromkeys(samples, 2.0))

    quantify(make(peptides=two_each), settings(), tmp_path / "out")
    quality = files.read_table(tmp_path / "out/samples_qc.tsv", schema.SAMPLES_QUANTIFIED)
    assert quality["n_peptides"].tolist() == [120] * 6
    quantify(make(), settings(), tmp_path / "out")
    assert files.read_table(tmp_path / "out/samples_qc.tsv", schema.SAMPLES_QUANTIFIED)["n_peptides"].isna().all()


def test_a_blank_in_one_plex_does_not_shift_that_plexs_samples(make: Make, tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    level = draw.normal(22, 2, (60, 1))
    linear = 2 ** (level + np.array([0, 0, 1, 1, 0, -12]) + np.array([0, 0, 0, 3, 3, 3]))  # plex b is 3 higher
    sheet = {"plex": list("aaabbb"), "fraction": ["secretome"] * 5 + ["blank"], "condition": list("rresrr")}
    quantify(make(linear, **sheet), settings("none") | {"plex_correction": "mean"}, tmp_path / "with")
    with_blank = files.read_table(tmp_path / "with" / "log2.tsv")
    linear[:, 5] = np.nan
    quantify(make(linear, **sheet), settings("none") | {"plex_correction": "mean"}, tmp_path / "without")
    without = files.read_table(tmp_path / "without" / "log2.tsv")
    pd.testing.assert_frame_equal(with_blank[NAMES[:5]], without[NAMES[:5]])


def test_blanks_in_the_detection_curve_of_dpc_are_a_warning(make: Make, tmp_path: Path) -> None:
    draw = np.random.default_rng(3)
    values = 2 ** (draw.normal(20, 2, (180, 1)) + draw.normal(0, 0.2, (180, 6)))
    values[draw.random(values.shape) < 0.2] = np.nan
    told = []
    for fraction in ("blank", "lysate"):
        sheet = {"fraction": ["secretome"] * 5 + [fraction]}
        summary = quantify(make(precursors=values, **sheet), settings("none") | {"rollup": "dpc"}, tmp_path / fraction)
        told.append(any("blanks among them" in warning for warning in summary.warnings))
    assert told == [True, False]
