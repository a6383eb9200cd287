"""Does the stimulus raise the leak: a table among the samples, there where something was tested."""

import re

import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.cli import main
from myosieve.errors import InputError
from myosieve.report import step

ROWS = [
    ("eps_vs_rest", "leak_index", "log2", 0.8123, 0.3, 1.3, 4.1, 6, 0.00634, None),
    ("eps_vs_rest", "LDH <U/L>", "log2", 0.5, -0.1, 1.1, 2.0, 6, 0.0921, 0.913),
    ("eps_vs_rest", "viability_percent", "as given", None, None, None, None, None, None, None),
]


def with_tests(made, rows=ROWS):
    """Give a made study leak tests."""
    path = made.html.parent / "leak_tests.tsv"
    files.write_table(path, pd.DataFrame(rows, columns=schema.LEAK_TESTS.names))
    made.arguments |= {"leak_tests": path}
    return made


def samples(made):
    step.report(**made.arguments)
    text = made.html.read_text(encoding="utf-8")
    return text[text.index('<section id="samples"') : text.index('<section id="sensitivity"')]


def rows_of(text):
    table = re.search(r'<table class="plain leak-tests">.*?</table>', text, re.DOTALL)[0]
    body = table[table.index("<tbody>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [
            " ".join(re.sub(r"<.*?>", "", cell).split())
            for cell in re.findall(r"<t[hd].*?>(.*?)</t[hd]>", row, re.DOTALL)
        ]
        for row in rows
    ]


def test_each_contrast_and_measure_has_a_row_with_change_interval_p_and_correlation(small_study):
    assert rows_of(samples(with_tests(small_study()))) == [
        ["eps_vs_rest", "leak index", "+0.81 [0.30 to 1.30]", "log2", "0.0063", ""],
        ["eps_vs_rest", "LDH &lt;U/L&gt;", "+0.50 [-0.10 to 1.10]", "log2", "0.092", "+0.91"],
        ["eps_vs_rest", "viability_percent", "not estimable", "as given", "", ""],
    ]


def test_a_sentence_says_what_the_leak_index_is_and_does(small_study):
    text = " ".join(samples(with_tests(small_study())).split())
    assert "The leak index is how much more intracellular markers than secreted proteins a medium holds (log2" in text
    assert "A stimulus that raises it makes fold changes of leaked proteins." in text


def test_names_of_the_sheets_columns_stay_text(small_study, hostile_names):
    rows = [("eps_vs_rest", name, name, 0.5, 0.1, 0.9, 2.0, 6, 0.01, 0.5) for name in hostile_names]
    text = re.sub(r"<script.*?</script>", "", samples(with_tests(small_study(), rows)), flags=re.DOTALL)
    assert len(rows_of(text)) == len(hostile_names)
    assert "<img" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


@pytest.mark.parametrize("given", [True, False])
def test_without_a_row_or_a_file_there_is_no_table(small_study, given):
    made = small_study()
    text = samples(with_tests(made, rows=[]) if given else made)
    assert "leak-tests" not in text
    assert "Does the stimulus raise the leak?" not in text
    assert "Quality of each sample" in text


def test_leak_tests_of_another_run_are_refused(small_study):
    made = with_tests(small_study(), [("other", *ROWS[0][1:])])
    with pytest.raises(InputError, match=r"contrast 'other' is of another run.*run `myosieve secretome` again"):
        step.report(**made.arguments)
    assert not made.html.exists()


def test_the_command_takes_leak_tests_and_facts(small_study):
    made = with_tests(small_study())
    facts = made.html.parent / "facts.tsv"
    files.write_table(facts, pd.DataFrame(columns=schema.STUDY_FACTS.names))
    names = ["study", "candidates", "differential", "annotation", "samples_qc", "sensitivity", "validation", "quantified",
             "samples", "provenance", "xlsx", "html", "leak_tests"]  # fmt: skip
    options = [word for name in names for word in (f"--{name.replace('_', '-')}", str(made.arguments[name]))]
    assert main(["report", *options, "--facts", str(facts)]) == 0
    assert "leak-tests" in made.html.read_text(encoding="utf-8")
