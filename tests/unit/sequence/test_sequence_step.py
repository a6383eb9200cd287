"""The stage `sequence`: FASTA files in, one table out, whole or not at all."""

from pathlib import Path

import pytest

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.sequence.step import sequence

SECRETED = "MKRTLLLLLLLLLLLAPASASDEEKRKQNPEDSTKRGENDKQPESTRDNGEKQSDNPTEEKRQDSNGKPTEDRQKDEL"


def test_the_table_reads_back_by_its_contract_and_the_counts_fit(tmp_path: Path) -> None:
    first, second, out = tmp_path / "a.fasta", tmp_path / "b.fasta", tmp_path / "features.tsv"
    first.write_text(f">sp|P1|A_HUMAN Protein A OS=Homo sapiens GN=NA\n{SECRETED}\n")
    second.write_text(f">P2 b\nMSDEEKRKQNPEDSTKRGENDKQPESTRDNGEKQSDN\n>P1\n{SECRETED}\n")
    summary = sequence([first, second], out)
    table = files.read_table(out, schema.FEATURES)
    assert table["accession"].tolist() == ["P1", "P2"]
    assert table["gene"].tolist()[0] == "NA"  # a gene name, not a missing value
    assert table["signal_peptide"].tolist() == ["yes", "no"]
    assert (summary.counts["sequences"], summary.counts["sequences repeated"]) == (2, 1)
    assert summary.counts["with a signal peptide"] == summary.counts["with an ER motif"] == 1
    assert summary.counts["with a transmembrane helix"] == 0
    assert "neural network" in summary.methods[0]
    assert not summary.warnings


def test_an_accession_with_two_sequences_is_warned_about_by_name(tmp_path: Path) -> None:
    path = tmp_path / "a.fasta"
    path.write_text(">P1\nMSDEEKRK\n>P1\nMSDEEKRKQ\n")
    assert "P1" in sequence([path], tmp_path / "out.tsv").warnings[0]


def test_nothing_is_written_when_one_of_the_files_is_wrong(tmp_path: Path) -> None:
    good, bad, out = tmp_path / "good.fasta", tmp_path / "bad.fasta", tmp_path / "out.tsv"
    good.write_text(">P1\nMSDEEKRK\n")
    bad.write_text("no fasta\n")
    with pytest.raises(InputError, match=r"bad\.fasta"):
        sequence([good, bad], out)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["bad.fasta", "good.fasta"]
