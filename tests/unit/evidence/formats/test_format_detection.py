"""Which tool wrote a file is told from its content; laws that hold for all of them; the real examples."""

import gzip
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from myosieve.errors import InputError
from myosieve.evidence import formats

# One small file of each kind whose cut can be noticed, made up in its shape.
SAMPLES = {
    "signalp6": (
        "# SignalP-6.0\tOrganism: Eukarya\tTimestamp: 1\n# ID\tPrediction\tOTHER\tSP(Sec/SPI)\tCS Position\n"
        "A x\tSP\t0.01\t0.99\tCS pos: 29-30. Pr: 0.9661\nB\tOTHER\t0.99\t0.01\t\n"
    ),
    "signalp6 list": "## gff-version 3\nA\tSignalP-6.0\tsignal_peptide\t1\t29\t0.9991\t.\t.\t.\n",
    "signalp5": (
        "# SignalP-5.0\tOrganism: euk\tTimestamp: 1\n# ID\tPrediction\tSP(Sec/SPI)\tOTHER\tCS Position\n"
        "A\tSP(Sec/SPI)\t0.97\t0.03\tCS pos: 24-25. VSA-QP. Pr: 0.48\nB\tOTHER\t0.01\t0.99\n"
    ),
    "signalp4": (
        "# SignalP-4.1 euk predictions\n# name Cmax  pos  Ymax  pos  Smax  pos  Smean   D     ?  Dmaxcut    Networks-used\n"
        "A 0.871  31  0.863  30  0.886   1  0.844   0.853 Y  0.450      SignalP-noTM\n"
        "B 0.105  11  0.105  11  0.113   1  0.102   0.103 N  0.450      SignalP-noTM\n"
    ),
    "signalp4 summary": (
        "# SignalP-4.1 euk predictions\n>A\n# Measure  Position  Value    Cutoff   signal peptide?\n"
        "Name=A\tSP='YES' Cleavage site between pos. 29 and 30: SFA-AP D=0.853 D-cutoff=0.450 Networks=SignalP-noTM\n"
        ">B\nName=B\tSP='NO' D=0.103 D-cutoff=0.450 Networks=SignalP-noTM\n"
    ),
    "deeptmhmm": (
        "##gff-version 3\n# A Length: 120\n# A Number of predicted TMRs: 1\nA\tsignal\t1\t23\nA\toutside\t24\t80\n"
        "A\tTMhelix\t81\t101\nA\tinside\t102\t120\n//\n# B Length: 99\n# B Number of predicted TMRs: 0\nB\tinside\t1\t99\n"
    ),
    "deeptmhmm three lines": ">A | SP+TM\nMKWLLMKWLL\nSSSOOMMMII\n>B | GLOB\nMKWLL\nIIIII\n",
    "tmbed": ">A\nMKWLLMKWLL\nSS..hh....\n>B x\nMKWLL\n.....\n",
    "tmhmm": (
        "A\tlen=293\tExpAA=45.77\tFirst60=20.51\tPredHel=2\tTopology=i12-34o50-72i\n"
        "B\tlen=100\tExpAA=0.01\tFirst60=0\tPredHel=0\tTopology=o\n"
    ),
    "tmhmm long": (
        "# A Length: 50\n# A Number of predicted TMHs:  1\n# A Exp number of AAs in TMHs: 22.1\n"
        "A\tTMHMM2.0\tinside\t     1    11\nA\tTMHMM2.0\tTMhelix\t    12    34\nA\tTMHMM2.0\toutside\t    35    50\n"
    ),
    "phobius": (
        "SEQENCE ID                     TM SP PREDICTION\nA   1  Y n4-15c20/21o39-61i\nB   0  0 o\nC   2  0 i12-32o45-66i\n"
    ),
    "phobius long": (
        "ID   A\nFT   SIGNAL        1     20\nFT   DOMAIN       21     38       NON CYTOPLASMIC.\n"
        "FT   TRANSMEM     39     61\nFT   DOMAIN       62     80       CYTOPLASMIC.\n//\n"
    ),
    "topcons": (
        "####\nTOPCONS2 result file\n####\nSequence number: 1\nSequence name: A x\nSequence length: 12 aa.\nSequence:\n"
        "MKWLLMKWLLMK\n\nTOPCONS predicted topology:\nSSSooMMMMiii\n\nOCTOPUS predicted topology:\niiiiMMMMoooo\n"
    ),
    "netgpi": (
        "# NetGPI 1.1\tTimestamp: 1\n# ID\tSeq-length\tPred. GPI-Anchored\tOmega-site pos.\tLikelihood\n"
        "A\t558\tGPI-Anchored\t530\t0.429\nB\t212\tNot GPI-Anchored\t-\t0.985\n"
    ),
    "predgpi": (
        "A\tPredGPI\tGPI-anchor\t530\t530\t1.0\t.\t.\tOntology_term=GO:0046658\nB\tPredGPI\tChain\t1\t212\t1.0\t.\t.\tx=y\n"
    ),
    "deepsig": (
        "A\tDeepSig\tSignal peptide\t1\t20\t0.98\t.\t.\tevidence=ECO:0000256\n"
        "A\tDeepSig\tChain\t21\t135\t.\t.\t.\tevidence=ECO:0000256\nB\tDeepSig\tChain\t1\t90\t.\t.\t.\tevidence=x\n"
    ),
    "outcyte": "A\tSignal-peptide\t0.8914\nB\tUPS\t0.7123\nC\tIntracellular\t0.9\n",
    "outcyte 2": (
        ",entry,transmembrane,signal_peptide,intracellular,ups\n0,A,0.12,0.0,0.32,0.56\n1,B,0.01,0.97,0.01,0.01\n"
    ),
    "secretomep": (
        "# Name         NN-score  Odds   Weighted   Warning\n#                               by prior\n"
        "A      0.847   4.267     0.009    -\nB      0.945   6.804     0.014    signal peptide predicted by SignalP\n"
    ),
    "deeploc": (
        "Protein_ID,Localizations,Signals,Cytoplasm,Nucleus,Extracellular,Cell membrane\n"
        "A,Extracellular,Signal peptide,0.1,0.1,0.9,0.2\nB,Cytoplasm|Nucleus,,0.8,0.6,0.1,0.1\n"
    ),
    "interproscan": (
        f"A\t{'a' * 32}\t400\tSignalP_EUK\tSignalP-noTM\t-\t1\t24\t-\tT\t02-01-2026\t-\t-\n"
        f"A\t{'a' * 32}\t400\tTMHMM\tTMhelix\t-\t301\t323\t-\tT\t02-01-2026\t-\t-\n"
    ),
}
USER = "accession\tsignal_peptide\ttm_segments\nA\tyes\t12-32;60-80\nB\tno\t\n"
EVERYTHING = {**SAMPLES, "user": USER}
# Files whose columns are found by name: sample, number of lines above the header, separator.
BY_NAME = {"signalp6": (1, "\t"), "signalp5": (1, "\t"), "netgpi": (1, "\t"), "outcyte 2": (0, ",")}
BY_NAME |= {"deeploc": (0, ","), "user": (0, "\t")}
CALLS = ["accession", "feature", "call", "start", "end"]


def calls(table: pd.DataFrame) -> set[tuple]:
    """Return the calls of a table, missing as None."""
    columns = [[None if cell != cell else cell for cell in table[name].tolist()] for name in CALLS]
    return set(zip(*columns, strict=True))


# ---- laws --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_tool_is_told_from_the_content_and_its_table_has_the_contracts_columns(name: str) -> None:
    result = formats.parse(EVERYTHING[name], "file")
    assert result.tool == name.split()[0]
    assert tuple(result.table.columns) == formats.COLUMNS
    assert set(result.table["source"]) == {result.tool}
    assert set(result.table["call"]) <= {"yes", "no", "unknown"}
    assert result.table[["start", "end", "score"]].dtypes.eq("float64").all()
    assert result.table["accession"].iloc[0].startswith("A")


@pytest.mark.parametrize("name", EVERYTHING)
def test_naming_the_tool_changes_nothing_and_naming_another_is_refused(name: str) -> None:
    tool = name.split()[0]
    result = formats.parse(EVERYTHING[name], "file")
    pd.testing.assert_frame_equal(formats.parse(EVERYTHING[name], "file", tool).table, result.table)
    other = "tmhmm" if tool != "tmhmm" else "phobius"
    with pytest.raises(InputError, match="it looks like") as caught:
        formats.parse(EVERYTHING[name], "file", other)
    assert f"give it as {tool}" in str(caught.value)
    assert "\n" not in str(caught.value)


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_columns_in_any_order_give_the_same_calls(data: st.DataObject) -> None:
    name = data.draw(st.sampled_from(sorted(BY_NAME)))
    above, separator = BY_NAME[name]
    lines = EVERYTHING[name].splitlines()
    mark = "# " if lines[above].startswith("#") else ""
    rows = [line.removeprefix("# ").split(separator) for line in lines[above:]]
    width = len(rows[0])
    rows = [row + [""] * (width - len(row)) for row in rows]
    order = data.draw(st.permutations(range(width)))
    if mark and order[0] != rows[0].index("ID"):
        order = [rows[0].index("ID"), *(at for at in order if at != rows[0].index("ID"))]
    turned = [separator.join(row[at] for at in order) for row in rows]
    text = "\n".join([*lines[:above], mark + turned[0], *turned[1:]]) + "\n"
    pd.testing.assert_frame_equal(formats.parse(text, "file").table, formats.parse(EVERYTHING[name], "file").table)


@pytest.mark.parametrize("name", SAMPLES)
def test_a_file_cut_anywhere_is_refused_or_says_nothing_that_the_whole_does_not(name: str) -> None:
    text = SAMPLES[name]
    tool = name.split()[0]
    whole = calls(formats.parse(text, "file", tool).table)
    for cut in range(1, len(text)):
        try:
            part = formats.parse(text[:cut], "file", tool).table
        except InputError:
            continue
        assert calls(part) <= whole, text[:cut]


@given(data=st.data())
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_a_mangled_file_is_read_or_refused_in_one_line(data: st.DataObject) -> None:
    text = EVERYTHING[data.draw(st.sampled_from(sorted(EVERYTHING)))]
    start, length = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 8))
    junk = st.text(st.sampled_from("\t\n ,;0129-AZazSMio#>/.=|\"'²٣"), max_size=8) | st.text(max_size=5)
    mangled = text[:start] + data.draw(junk) + text[start + length :]
    said = ""
    try:
        table = formats.parse(mangled, "file").table
    except InputError as error:
        said = str(error)
    else:
        assert tuple(table.columns) == formats.COLUMNS
        assert not (table["end"] < table["start"]).any()
    assert "\n" not in said


@given(text=st.text(max_size=200))
@settings(max_examples=50, deadline=None)
def test_any_text_is_read_or_refused(text: str) -> None:
    with pytest.raises(InputError):
        formats.parse(text, "file")


def test_every_tool_has_words_and_all_but_the_users_table_a_citation() -> None:
    for name, tool in formats.TOOLS.items():
        assert tool.words
        assert bool(tool.citation) == (name != "user")
        assert tool.kinds
        assert {kind.tool for kind in tool.kinds} == {name}


def test_an_unknown_tool_is_refused_with_the_known_ones() -> None:
    with pytest.raises(InputError, match=r"known tools are signalp6, signalp5, .*, user"):
        formats.parse("x", "file", "signalp7")


# ---- files -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_any_usual_encoding_and_line_end_reads_the_same(tmp_path: Path, encoding: str, ends: str) -> None:
    text = SAMPLES["signalp6"].replace("A x", "A Käll")
    path = tmp_path / "whatever.xyz"
    path.write_bytes(text.replace("\n", ends).encode(encoding))
    pd.testing.assert_frame_equal(formats.read(path).table, formats.parse(text, "file").table)


def test_a_compressed_file_is_read(tmp_path: Path) -> None:
    path = tmp_path / "result.txt"
    path.write_bytes(gzip.compress(SAMPLES["tmhmm"].encode()))
    assert formats.read(path, "tmhmm").tool == "tmhmm"


@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "empty"),
        (b" \n\n", "empty"),
        (b"<!DOCTYPE html>\n<html><body>Job failed</body></html>\n", "a web page; download the result itself"),
        (b">P05231\nMNSFSTSAFGPVAFSLGLLLVLPAAFPAP\n", "a FASTA file"),
        (b">P05231 x\nMNSFS\nTSAFG\n", "a FASTA file"),
        (b'{"SEQUENCES": {}}', "a JSON file"),
        (b"## DeepTMHMM - Predictions\nPredicted topologies can be downloaded\n", "give TMRs.gff3"),
        (b"# SignalP-3.0 euk predictions\nx\n", "another version of SignalP"),
        (b"# TargetP-2.0\tOrganism: Non-Plant\n", "or of TargetP"),
        (b"PK\x03\x04 not really", "damaged|cut off"),
        (gzip.compress(b"x" * 5000, mtime=0)[:20], "cut off"),
        (b"\x00\x01\x02\x03", "binary"),
    ],
)
def test_what_is_no_result_is_refused_in_one_line(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "result.txt"
    path.write_bytes(content)
    for tool in (None, "signalp6"):
        with pytest.raises(InputError, match=why) as caught:
            formats.read(path, tool)
        assert str(path) in str(caught.value)
        assert "\n" not in str(caught.value)


def test_a_missing_file_and_an_excel_workbook_are_refused(tmp_path: Path) -> None:
    import xlsxwriter

    with pytest.raises(InputError, match="does not exist"):
        formats.read(tmp_path / "none.txt")
    with xlsxwriter.Workbook(str(tmp_path / "book.xlsx")) as book:
        book.add_worksheet().write(0, 0, "accession")
    with pytest.raises(InputError, match="Excel workbook"):
        formats.read(tmp_path / "book.xlsx", "user")


# ---- the real examples -------------------------------------------------------------------------------------------------

# Tool, version, proteins, and calls by feature; counted in the files with grep, cut and uniq.
EXAMPLES = {
    "signalp6/prediction_results.txt": ("signalp6", "6.0", 12, {"signal_peptide yes": 9, "signal_peptide no": 3}),
    "signalp6/output.gff3": ("signalp6", "6.0", 13, {"signal_peptide yes": 13}),
    "signalp5/gramneg_summary.signalp5": ("signalp5", "5.0", 2, {"signal_peptide yes": 1, "signal_peptide no": 1}),
    "signalp4/signalp4_short.txt": ("signalp4", "4.0", 1, {"signal_peptide yes": 1}),
    # The file as published leaves out the verdicts between TCONS_00000020 and 63.
    "signalp4/signalp41_summary_format.txt": ("signalp4", "4.1", 5, {"signal_peptide yes": 2, "signal_peptide no": 3}),
    "deeptmhmm/TMRs.gff3": (
        "deeptmhmm",
        "",
        3,
        {
            "signal_peptide yes": 2,
            "signal_peptide no": 1,
            "tm_helix yes": 2,
            "tm_helix no": 1,
            "outside yes": 3,
            "inside yes": 2,
        },
    ),
    # Sides only of the three proteins with helices: the other four are globular.
    "deeptmhmm/TMRs.example_isoformswitch.gff3": (
        "deeptmhmm",
        "",
        7,
        {"signal_peptide no": 7, "tm_helix yes": 6, "tm_helix no": 4, "outside yes": 3, "inside yes": 6},
    ),
    "deeptmhmm/predicted_topologies.3line": (
        "deeptmhmm",
        "",
        1,
        {"signal_peptide no": 1, "tm_helix yes": 1, "outside yes": 1, "inside yes": 1},
    ),
    "tmhmm2/tmhmm_short.txt": ("tmhmm", "", 2, {"tm_helix yes": 16, "outside yes": 9, "inside yes": 9}),
    "phobius/phobius_short.txt": (
        "phobius",
        "",
        2,
        {"signal_peptide yes": 1, "signal_peptide no": 1, "tm_helix yes": 2, "outside yes": 2, "inside yes": 2},
    ),
    "phobius/phobius_long.txt": (
        "phobius",
        "",
        1,
        {"signal_peptide yes": 1, "tm_helix yes": 1, "outside yes": 1, "inside yes": 1},
    ),
    "topcons/query.result.txt": (
        "topcons",
        "2",
        1,
        {"signal_peptide no": 1, "tm_helix yes": 2, "outside yes": 1, "inside yes": 2},
    ),
    # VDAC1, a barrel of mitochondria; format 3 is cut off after ten residues.
    "tmbed/out_format1.pred": ("tmbed", "", 1, {"signal_peptide no": 1, "tm_helix no": 1, "beta_barrel yes": 1}),
    "tmbed/out_format3.pred": ("tmbed", "", 1, {"signal_peptide no": 1, "tm_helix no": 1}),
    "deepsig/deepsig_euk.gff3": ("deepsig", "", 4, {"signal_peptide yes": 4}),
    "netgpi/output_protein_type.txt": ("netgpi", "1.1", 2, {"gpi yes": 1, "gpi no": 1}),
    "predgpi/predgpi_output.gff3": ("predgpi", "", 14, {"gpi yes": 1, "gpi no": 13}),
    "outcyte/outcyte1_pipeline.txt": ("outcyte", "1", 5, {"signal_peptide yes": 5}),
    # 15 of 18 have more in the column ups than in intracellular: not IL1A, H4 and HME2.
    "outcyte/outcyte2_standard_v2_RESULT.csv": (
        "outcyte",
        "2",
        18,
        {"signal_peptide no": 18, "unconventional yes": 15, "unconventional no": 3},
    ),
    "secretomep/secretomeP2_output.txt": (
        "secretomep",
        "",
        3,
        {"unconventional yes": 1, "unconventional unknown": 1, "unconventional no": 1},
    ),
    "deeploc/deeploc2.csv": (
        "deeploc",
        "2",
        7,
        {
            "extracellular no": 7,
            "location yes": 8,  # one protein has two
            "signal_peptide yes": 3,
            "signal_peptide no": 4,
            "tm_helix yes": 3,
        },
    ),
}
REFUSED = {
    "signalp5/euk_summary.signalp5": "without a single protein",
    "signalp6/region_output.gff3": "region_output.gff3",
    "uniprot/ft_cells.tsv": "a table of UniProt",
}


@pytest.mark.parametrize("name", EXAMPLES)
def test_a_real_example_reads_whole(shared_data: Path, name: str) -> None:
    tool, version, proteins, counts = EXAMPLES[name]
    result = formats.read(shared_data / "predictors" / name)
    assert (result.tool, result.version) == (tool, version)
    assert result.table.index.nunique() == proteins
    found = (result.table["feature"] + " " + result.table["call"]).value_counts().to_dict()
    assert found == counts


@pytest.mark.parametrize("name", REFUSED)
def test_a_real_file_without_calls_is_refused(shared_data: Path, name: str) -> None:
    with pytest.raises(InputError, match=REFUSED[name]):
        formats.read(shared_data / "predictors" / name)


def test_no_real_example_is_left_out(shared_data: Path) -> None:
    folder = shared_data / "predictors"
    present = {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}
    assert present - {"SOURCES.md"} <= set(EXAMPLES) | set(REFUSED)


def test_real_places_are_those_in_the_files(shared_data: Path) -> None:
    folder = shared_data / "predictors"
    helices = {
        # VAMP5: helix 71-91 in both files of the same run.
        "deeptmhmm/predicted_topologies.3line": ("O95183", 71, 91),
        "deeptmhmm/TMRs.gff3": ("O95183", 71, 91),
        "phobius/phobius_long.txt": ("example", 35, 56),
        "tmhmm2/tmhmm_short.txt": ("PFF0290w", 39, 61),
    }
    for name, (accession, start, end) in helices.items():
        table = formats.read(folder / name).table
        first = table[table["feature"].eq("tm_helix") & table["call"].eq("yes")].iloc[0]
        assert (first["accession"], first["start"], first["end"]) == (accession, start, end)
    signal = formats.read(folder / "signalp6/prediction_results.txt").table.iloc[0]
    assert tuple(signal[["accession", "end", "score"]]) == ("Clivia miniata DN2701_c1_g1_i2", 23, 0.999193)
    anchor = formats.read(folder / "predgpi/predgpi_output.gff3").table.iloc[0]
    assert tuple(anchor[["accession", "start", "end"]]) == ("P35052", 530, 530)
