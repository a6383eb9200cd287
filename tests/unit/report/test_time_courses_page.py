"""The times or doses of the sheet on the page: there where the sheet has several, silent where not; text is text."""

import base64
import json
import re
import zlib

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.report import step


def with_sheet(made, **columns):
    sheet = made.frame("samples", schema.SAMPLES)
    made.rewrite("samples", sheet.assign(**columns))
    return made


def section_of(made):
    step.report(**made.arguments)
    text = made.html.read_text(encoding="utf-8")
    found = re.search(r'<section id="time-courses".*?</section>', text, re.DOTALL)
    return found[0] if found else None


def figures_in(text):
    packed = dict(re.findall(r'<script type="text/plain" id="([\w-]+)-data">([^<]*)</script>', text))
    return {name: json.loads(zlib.decompress(base64.b64decode(data))) for name, data in packed.items()}


def plain(text):
    return " ".join(re.sub(r"<script.*?</script>|<.*?>", "", text, flags=re.DOTALL).split())


@pytest.mark.parametrize(
    "columns", [{}, {"time": "24 h"}, {"time": ["24h", "24 h"] * 4}, {"time": ["", "24 h"] * 4}, {"dose": 5}]
)
def test_without_two_times_the_page_is_silent_on_them(small_study, columns):
    assert section_of(with_sheet(small_study(), **columns)) is None


def test_the_best_candidates_of_all_contrasts_are_drawn_over_time_with_their_numbers(small_study):
    made = with_sheet(small_study(), time=["0", "1 h", "2 h", "4 h"] * 2)
    text = section_of(made)
    figures = figures_in(text)
    assert list(figures) == [f"time-course-{i}" for i in range(1, 13)] + ["time-courses-change"]
    ranked = made.frame("candidates", schema.CANDIDATES).sort_values("rank", kind="stable")
    best = ranked["protein_group"].drop_duplicates().iloc[0]
    quantified = files.read_table(made.arguments["quantified"] / "intensities.tsv").set_index("protein_group").loc[best]
    lines = {trace["name"]: trace["y"] for trace in figures["time-course-1"]["data"] if "name" in trace}
    expected = quantified.to_numpy(float).reshape(2, 4)
    for found, values in zip((lines["rest"], lines["eps"]), expected, strict=True):
        np.testing.assert_allclose(np.array(found, dtype=float), values, atol=0.006)
    assert text.count("<details>") == 13
    assert 'aria-label="Intensity of ' in text
    assert "nothing imputed" in plain(text)


def test_candidates_of_several_contrasts_stand_once(small_study):
    made = small_study()
    for name, table in (("candidates", schema.CANDIDATES), ("differential", schema.DIFFERENTIAL)):
        frame = made.frame(name, table)
        made.rewrite(name, pd.concat([frame, frame.assign(contrast="second")]))
    text = section_of(with_sheet(made, time=["0", "1"] * 4))
    assert "in second" not in plain(text)  # the first contrast has each at the same rank
    names = re.findall(r'<h3><bdi>.*?</bdi> <span class="name"><bdi>(.*?)</bdi>', text)
    assert len(names) == len(set(names)) == 12


def test_doses_are_drawn_where_there_is_no_time(small_study):
    text = section_of(with_sheet(small_study(), dose=["0", "10 nM", "100 nM", "1000 nM"] * 2))
    assert "Doses of the best candidates" in plain(text)
    axis = figures_in(text)["time-course-1"]["layout"]["xaxis"]
    assert axis["title"]["text"] == "dose (nM), not to scale"
    assert axis["ticktext"] == ["0", "10 nM", "100 nM", "1000 nM"]


def test_doses_within_a_condition_part_its_line_over_time(small_study):
    made = with_sheet(small_study(), time=["0", "1"] * 4, dose=["1 nM", "1 nM", "5 nM", "5 nM"] * 2)
    traces = figures_in(section_of(made))["time-course-1"]["data"]
    assert [trace["name"] for trace in traces if "name" in trace] == [
        "rest, dose 1 nM", "rest, dose 5 nM", "eps, dose 1 nM", "eps, dose 5 nM",
    ]  # fmt: skip


def test_subjects_are_lines_up_to_twelve_and_the_change_is_their_own(small_study):
    made = with_sheet(small_study(), time=["0", "0", "1", "1"] * 2, subject=["A", "B"] * 4)
    text = plain(section_of(made))
    assert "Points: samples; faint lines: subjects." in text
    assert "Mean of the subjects' own changes" in text.replace("&#39;", "'")


def many_samples(made, subjects):
    """Give a study of two samples per subject."""
    names = [f"s{i}_{time}" for i in range(subjects) for time in (0, 1)]
    sheet = pd.DataFrame({"sample": names, "column": names, "condition": "c", "fraction": "secretome"})
    sheet = sheet.assign(subject=[name.split("_")[0] for name in names], time=[name.split("_")[1] for name in names])
    made.rewrite("samples", sheet)
    quality = made.frame("samples_qc", schema.SAMPLES_QC).reindex(range(len(names)))
    made.rewrite("samples_qc", quality.assign(sample=names, condition="c"))
    for name in ("intensities.tsv", "log2.tsv"):
        path = made.arguments["quantified"] / name
        old = files.read_table(path)[["protein_group"]]
        values = np.random.default_rng(1).normal(25, 1, (len(old), len(names)))
        files.write_table(path, old.join(pd.DataFrame(values, columns=names)))
    return made


def test_more_than_twelve_subjects_are_a_band_and_the_page_says_so(small_study):
    text = section_of(many_samples(small_study(), 13))
    assert "The 26 samples of 13 subjects are too many to be drawn one by one." in plain(text)
    figure = figures_in(text)["time-course-1"]
    assert [trace.get("fill") for trace in figure["data"]] == ["toself", None]
    assert sum(len(trace["x"]) for trace in figure["data"]) < 10


def test_the_samples_without_a_time_and_the_conditions_beyond_the_eighth_are_told(small_study):
    names = [f"c{i}" for i in range(9)]
    made = many_samples(small_study(), 9)
    made = with_sheet(made, condition=[name for name in names for _ in range(2)], time=["0", "1"] * 8 + ["1", ""])
    text = plain(section_of(made))
    assert "1 sample without a time in the sheet left out." in text
    assert "Only the first 8 conditions of the sheet are drawn; left out: c8." in text


def test_few_samples_at_each_of_many_times_are_a_band_too_and_few_conditions_are_drawn(small_study):
    hours = [f"{i} h" for i in range(24)]
    made = with_sheet(many_samples(small_study(), 101), subject="", time=(hours * 9)[:202])
    assert "The 202 samples are too many to be drawn one by one." in plain(section_of(made))
    made = with_sheet(made, condition=[f"c{i // 41}" for i in range(202)])
    text = plain(section_of(made))
    assert "Only the first 4 conditions of the sheet are drawn; left out: c4." in text
    assert "Points: samples." in text  # of the 164 that are left


def test_more_times_than_can_be_read_are_not_drawn_and_the_page_says_so(small_study):
    made = with_sheet(many_samples(small_study(), 13), time=[f"{i} min" for i in range(26)])
    text = section_of(made)
    assert "has 26 values: more than 24 are not drawn" in plain(text)
    assert figures_in(text) == {}


def test_lysates_and_blanks_are_no_part_of_it(small_study):
    fraction = ["secretome"] * 6 + ["lysate", "blank"]
    text = section_of(with_sheet(small_study(), time=["0", "1 h"] * 4, fraction=fraction))
    rows = re.findall(r"(\d+) of (\d+)</td>", text.partition("Change since")[0])
    assert sum(int(samples) for _, samples in rows) == 6 * 12


def test_hostile_names_are_text(small_study, hostile_names):
    first, second, third, *_ = hostile_names
    times = [first, first, second, second] * 2
    made = with_sheet(small_study(), time=times, subject=third, condition=[second, third] * 4)
    text = section_of(made)
    assert "<img" not in text
    assert not re.search(r"<script(?! type=\"text/plain\")", text)
    for figure in figures_in(text).values():
        assert "<img" not in json.dumps(figure)


def test_the_same_input_gives_the_same_section(small_study):
    made = with_sheet(small_study(), time=["0", "1 h", "2 h", "4 h"] * 2, subject=["A", "B"] * 4)
    assert section_of(made) == section_of(made)
