"""`myosieve quantify`: what is left out and why, what the samples look like, and what a reader is told."""

import json
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
from myosieve.quant.step import quantify
from myosieve.settings import stage_defaults
from myosieve.tables.step import intake

NAMES = ["r1", "r2", "r3", "e1", "e2", "e3"]
CONDITIONS = ["rest"] * 3 + ["eps"] * 3
Make = Callable[..., Path]


def settings(normalization: str = "median", **filters: object) -> dict[str, object]:
    defaults = stage_defaults("quant")
    return defaults | {"normalization": normalization, "filter": defaults["filter"] | filters}


@pytest.fixture
def make(tmp_path: Path) -> Make:
    """Write a folder as `intake` does: 60 proteins in six samples unless told otherwise."""

    def make(
        linear: np.ndarray | None = None, flags: dict[str, Sequence[object]] | None = None, **sheet: object
    ) -> Path:
        if linear is None:
            draw = np.random.default_rng(1)
            linear = 2 ** (draw.normal(22, 2, (60, 1)) + draw.normal(0, 0.2, (60, 6)))
        groups = [f"P{row}" for row in range(len(linear))]
        proteins = pd.DataFrame({name: [""] * len(groups) for name in schema.PROTEINS.names})
        proteins = proteins.assign(protein_group=groups, accession=groups, peptides=3.0, unique_peptides=2.0)
        proteins = proteins.assign(**{"decoy": "no", "contaminant": "no", "only_by_site": "no"} | (flags or {}))
        samples = pd.DataFrame(
            {"sample": NAMES, "column": NAMES, "condition": CONDITIONS, "fraction": "secretome"} | sheet
        )
        folder = tmp_path / "intake"
        intensities = pd.DataFrame(linear, columns=samples["sample"])
        intensities.insert(0, "protein_group", groups)
        files.write_table(folder / "proteins.tsv", schema.PROTEINS.arrange(proteins))
        files.write_table(folder / "intensities.tsv", intensities)
        files.write_table(folder / "samples.tsv", samples)
        return folder

    return make


def log2_of(folder: Path) -> pd.DataFrame:
    return np.log2(files.read_table(folder / "intensities.tsv").set_index("protein_group"))


def test_every_protein_group_is_written_and_those_left_out_say_why(make: Make, tmp_path: Path) -> None:
    folder = make(flags={"contaminant": ["yes"] + ["no"] * 59})
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
    assert "without further normalization" in summary.methods[1]


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
    assert summary.warnings[0].startswith("e3: not normalized")


def test_the_counts_name_every_reason(make: Make, tmp_path: Path) -> None:
    summary = quantify(make(flags={"peptides": [1.0] * 7 + [3.0] * 53}), settings(min_peptides=2), tmp_path / "out")
    assert summary.counts["protein_groups"] == 60
    assert summary.counts["kept"] == 53
    assert summary.counts["excluded: fewer than 2 peptides"] == 7
    assert "fewer than 2 peptides: 7" in summary.methods[0]


@pytest.mark.parametrize(
    ("flags", "filters", "says"),
    [
        ({"contaminant": "yes"}, {}, "set filter.contaminants: keep"),
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
    assert "lysates were normalized among themselves; blanks were not normalized" in summary.methods[1]


def test_a_shift_that_follows_the_condition_is_a_warning(make: Make, tmp_path: Path) -> None:
    draw = np.random.default_rng(1)
    linear = 2 ** (draw.normal(22, 2, (60, 1)) + np.repeat([0, 1.2], 3) + draw.normal(0, 0.05, (60, 6)))
    (warning,) = quantify(make(linear), settings(), tmp_path / "out").warnings
    assert "normalization shifted condition 'rest' by +0.60 log2 on average against -0.60 for 'eps'" in warning
    assert quantify(make(linear), settings("none"), tmp_path / "out").warnings == []
    assert quantify(make(), settings(), tmp_path / "out").warnings == []


def test_a_normalization_factor_that_is_not_applied_is_told(make: Make, tmp_path: Path) -> None:
    (warning,) = quantify(make(normalization_factor=1.5), settings(), tmp_path / "out").warnings
    assert "normalization_factor was not applied" in warning


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
    intake(table, sheet, {"format": "auto", "quantity": "auto"}, tmp_path / "intake")
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
