"""Laws of the shedding step, files to files, and what it finds of planted truth."""

import re

import numpy as np
import pandas as pd
import pytest

from myosieve import files, schema
from myosieve.errors import InputError
from myosieve.secretome.shedding_step import shedding
from myosieve.tables.step import intake

DIGEST = re.compile(r".*?(?:[KR](?!P)|$)")
# Share of the amino acids in Swiss-Prot (UniProtKB/Swiss-Prot release statistics), rounded; enough to digest realistically.
SHARES = dict(
    zip(
        "ALGVESIKRDTPNQFYMHCW",
        [83, 97, 71, 69, 67, 66, 59, 58, 55, 55, 53, 47, 41, 39, 39, 29, 24, 23, 14, 11],
        strict=True,
    )
)


class Study:
    """Files of a study: one protein per group, each peptide a precursor seen in sample s1."""

    def __init__(self, folder):
        self.folder = folder
        self.sequences, self.topologies, self.headers, self.peptides = {}, {}, {}, []
        self.members, self.decoys, self.samples, self.options = {}, set(), None, {}

    def protein(self, name, sequence, topology="", gene="", species="Homo sapiens", members=""):
        self.sequences[name], self.topologies[name] = sequence, topology
        self.headers[name] = f"OS={species}" + (f" GN={gene}" if gene else "")
        self.members[name] = members or name
        return sequence

    def entry(self, name, sequence, gene="", species="Homo sapiens"):
        """A sequence of the FASTA that no protein group has."""
        self.protein(name, sequence, gene=gene, species=species)
        del self.members[name]

    def see(self, group, *sequences, **intensities):
        self.peptides += [(group, one, intensities or {"s1": 1.0}) for one in sequences]

    def run(self):
        groups = list(self.members)
        fasta = self.folder / "proteins.fasta"
        fasta.write_text("".join(f">sp|{n}|X {self.headers[n]}\n{s}\n" for n, s in self.sequences.items()))
        proteins = pd.DataFrame({"protein_group": groups, "accession": groups, "accessions": self.members.values()})
        proteins = proteins.assign(gene="", protein_name="", organism="", peptides=1, unique_peptides=1)
        proteins["decoy"] = ["yes" if name in self.decoys else "no" for name in groups]
        proteins = proteins.assign(contaminant="no", contaminant_by="", only_by_site="no")
        files.write_table(self.folder / "proteins.tsv", schema.PROTEINS.arrange(proteins))
        topologies = [self.topologies[name] for name in groups]
        annotation = pd.DataFrame({"protein_group": groups, "accession": groups, "topology": topologies})
        files.write_table(self.folder / "annotation.tsv", annotation)
        rows = [
            {"precursor": f"p{k}", "protein_group": group, "sequence": one, **values}
            for k, (group, one, values) in enumerate(self.peptides)
        ]
        table = pd.DataFrame(rows, columns=None if rows else [*schema.PRECURSORS.names, "s1"])
        files.write_table(self.folder / "precursors.parquet", table)
        out = self.folder / "shedding.tsv"
        names = ("precursors.parquet", "proteins.tsv", "annotation.tsv")
        summary = shedding(*(self.folder / n for n in names), [fasta], out, samples=self.samples, **self.options)
        return summary, files.read_table(out, schema.SHEDDING).set_index("protein_group")


@pytest.fixture
def study(tmp_path):
    return Study(tmp_path)


def fragment(random, length):
    letters = [letter for letter in SHARES if letter not in "KRP"]
    weights = np.array([SHARES[letter] for letter in letters], dtype=float)
    return "".join(random.choice(letters, length - 1, p=weights / weights.sum())) + "K"


SIGNAL = "M" + "LALAVLALLL" + "LLWPSLALSA"  # 21 residues, none of them cut by trypsin
HELIX = "LLVIAGVFLLVVALLGIVLFL"


@pytest.fixture
def type_one(study):
    """SP 1-21, ten fragments of 12 outside, a helix, ten fragments of 12 inside; its fragments, first to last."""
    random = np.random.default_rng(5)
    outside, inside = ([fragment(random, 12) for _ in range(10)] for _ in range(2))
    topology = "SP 1-21;outside 22-141;TM 142-162;inside 163-282"
    study.protein("P1", SIGNAL + "".join(outside) + HELIX + "".join(inside), topology, gene="ONE")
    study.outside, study.inside = outside, inside
    return study


# ---- what is counted -------------------------------------------------------------------------------------------------


def test_peptides_are_counted_by_part_and_the_whole_protein_is_intact(type_one):
    first = type_one.outside[1]
    type_one.see("P1", *type_one.outside[2:4], first, first, type_one.inside[3], "NOWHEREATALLK")
    row = type_one.run()[1].loc["P1"]
    names = ["mapped", "unmapped", "shared", "ectodomain", "tm", "cytoplasmic", "signal"]
    assert [row[f"peptides_{name}"] for name in names] == [4, 1, 0, 3, 0, 1, 0]
    assert (row["precursors_ectodomain"], row["precursors_cytoplasmic"]) == (4, 1)
    assert row["coverage_ectodomain"] == pytest.approx(36 / 120)
    assert row["coverage_cytoplasmic"] == pytest.approx(12 / 120)
    assert row["shedding"] == "intact"
    assert "1 cytoplasmic peptide, 3 of the ectodomain: the whole protein is there" in row["peptide_evidence"]


def test_the_ectodomain_alone_is_shed(type_one):
    type_one.see("P1", *type_one.outside[1:8])
    row = type_one.run()[1].loc["P1"]
    assert row["shedding"] == "shed"
    # seven of nine fragments outside (the first belongs to the signal peptide's) and none of nine inside (the first of
    # them is one with the helix): comb(9, 7) / comb(18, 7)
    assert row["detectable_cytoplasmic"] == 9
    assert row["p_value"] == pytest.approx(36 / 31824)
    assert row["expected_cytoplasmic"] == pytest.approx(3.5)
    assert "7 peptides, all of the ectodomain, where 3.5 cytoplasmic would be expected" in row["peptide_evidence"]


def test_few_peptides_say_nothing_and_the_words_say_why(type_one):
    type_one.see("P1", *type_one.outside[1:3])
    row = type_one.run()[1].loc["P1"]
    assert row["shedding"] == "uninformative"
    assert np.isnan(row["q_value"])
    assert "only 1.0 cytoplasmic would be expected" in row["peptide_evidence"]


def test_a_missed_cleavage_does_not_count_twice(type_one):
    type_one.see("P1", *type_one.outside[1:6])
    before = type_one.run()[1].loc["P1", "p_value"]
    type_one.see("P1", type_one.outside[1] + type_one.outside[2], type_one.outside[3][2:])
    row = type_one.run()[1].loc["P1"]
    assert row["p_value"] == pytest.approx(before)
    assert row["peptides_ectodomain"] == 7


def test_a_type_two_protein_sheds_its_c_terminal_ectodomain(study):
    random = np.random.default_rng(6)
    inside, outside = ([fragment(random, 12) for _ in range(10)] for _ in range(2))
    sequence = "M" + "".join(inside) + HELIX + "".join(outside)
    study.protein("P2", sequence, "inside 1-121;TM 122-142;outside 143-262")
    study.see("P2", *outside[1:9])
    row = study.run()[1].loc["P2"]
    assert row["shedding"] == "shed"
    assert pd.isna(row["mature_n_terminus"])


def test_a_peptide_of_another_gene_is_no_evidence_and_one_of_the_same_gene_is(type_one):
    type_one.entry("Q1", "MGGGK" + type_one.inside[3] + "GGG", gene="TWO")
    type_one.see("P1", *type_one.outside[1:8], type_one.inside[3])
    row = type_one.run()[1].loc["P1"]
    assert (row["peptides_shared"], row["peptides_cytoplasmic"]) == (1, 0)
    assert row["shedding"] == "uninformative"
    assert "what is cytoplasmic may be another protein's" in row["peptide_evidence"]
    type_one.headers["Q1"] = type_one.headers["P1"]
    assert type_one.run()[1].loc["P1", "shedding"] == "intact"


def test_a_shared_cytoplasmic_peptide_speaks_against_absence_and_covers_nothing(type_one):
    type_one.see("P1", *type_one.outside[1:8])
    alone = type_one.run()[1].loc["P1", "p_value"]
    type_one.entry("Q1", "MGGGK" + type_one.inside[3] + "GGG", gene="TWO")
    type_one.see("P1", type_one.inside[3])
    row = type_one.run()[1].loc["P1"]
    assert row["p_value"] > alone
    assert row["coverage_cytoplasmic"] == 0


def test_the_same_gene_of_the_cows_serum_is_another_gene(type_one):
    type_one.entry("Q1", "MGGGK" + type_one.inside[3] + "GGG", gene="ONE", species="Bos taurus")
    type_one.see("P1", type_one.inside[3])
    assert type_one.run()[1].loc["P1", "peptides_shared"] == 1


def test_leucine_in_the_table_is_isoleucine_in_the_protein(type_one):
    type_one.see("P1", *(one.replace("I", "L") for one in type_one.outside[1:8]))
    row = type_one.run()[1].loc["P1"]
    assert (row["peptides_mapped"], row["peptides_unmapped"]) == (7, 0)


def test_modified_peptides_are_laid_by_their_amino_acids(type_one):
    one = type_one.outside[4]
    type_one.see("P1", f"_(Acetyl (Protein N-term)){one}_", f"n[42.0106]{one[:3]}[15.9949]{one[3:]}")
    row = type_one.run()[1].loc["P1"]
    assert (row["peptides_ectodomain"], row["precursors_ectodomain"], row["peptides_unmapped"]) == (1, 2, 0)


def test_the_member_that_the_topology_fits_speaks_for_the_group(type_one):
    short = type_one.sequences["P1"][21:]
    type_one.entry("P1-2", short, gene="ONE")
    type_one.members["P1"] = "P1-2;P1"
    type_one.protein("G", short[:200], type_one.topologies["P1"], gene="ONE", members="G;P1")
    type_one.see("G", *type_one.outside[1:8])
    table = type_one.run()[1]
    assert table.loc["G", "accession"] == "P1"
    assert table.loc["G", "shedding"] == "shed"


def test_a_soluble_protein_has_counts_and_no_verdict(study):
    random = np.random.default_rng(8)
    pieces = [fragment(random, 12) for _ in range(5)]
    study.protein("S", SIGNAL + "".join(pieces), "SP 1-21;outside 22-81")
    study.see("S", pieces[2])
    row = study.run()[1].loc["S"]
    assert row["peptides_ectodomain"] == 1
    assert pd.isna(row["shedding"])
    assert pd.isna(row["p_value"])
    assert np.isnan(row["coverage_cytoplasmic"])


# ---- where peptides lie ------------------------------------------------------------------------------------------------


def test_spans_are_sorted_by_residue_and_told_once_however_often_a_place_was_seen(type_one):
    fragments = type_one.outside
    type_one.see("P1", fragments[7], fragments[1], fragments[1].replace("I", "L"), f"_({fragments[1]})_")
    type_one.see("P1", fragments[1] + fragments[2], "NOWHEREATALLK")
    row = type_one.run()[1].loc["P1"]
    # the signal peptide has 21 residues, each fragment 12: the second begins at 34, the eighth at 106
    assert row["peptide_spans"] == "34-45;34-57;106-117"
    assert row["length"] == 21 + 120 + 21 + 120


def test_a_span_of_a_peptide_that_another_gene_has_too_is_marked(type_one):
    type_one.entry("Q1", "MGGGK" + type_one.outside[3] + "GGG", gene="TWO")
    type_one.see("P1", type_one.outside[3], type_one.outside[2])
    assert type_one.run()[1].loc["P1", "peptide_spans"] == "46-57;58-69*"


def test_a_peptide_that_a_protein_has_twice_has_two_spans_and_needs_no_topology(study):
    piece = fragment(np.random.default_rng(12), 10)
    study.protein("S", "M" + piece + "GGGGK" + piece)
    study.protein("T", "M" + piece[::-1])
    study.see("S", piece)
    table = study.run()[1]
    assert table.loc["S", "peptide_spans"] == "2-11;17-26"
    assert pd.isna(table.loc["T", "peptide_spans"])
    assert table["length"].tolist() == [26, 11]


def test_a_group_without_a_sequence_has_neither_length_nor_spans(type_one):
    type_one.members["X"], type_one.topologies["X"] = "X", ""
    type_one.see("X", type_one.outside[3])
    row = type_one.run()[1].loc["X"]
    assert row[["length", "peptide_spans"]].isna().all()
    assert row["peptides_unmapped"] == 1


# ---- not run, none, and no ---------------------------------------------------------------------------------------------


def test_without_peptide_sequences_nothing_was_judged(type_one):
    summary, table = type_one.run()
    assert table.loc["P1", "length"] == 282
    assert table.loc["P1"].drop(["accession", "length", "topology"]).isna().all()
    assert "not judged" in summary.warnings[0]


def test_a_group_without_peptides_in_a_table_of_peptides_is_none(type_one):
    type_one.protein("P9", type_one.sequences["P1"][::-1], "outside 1-120;TM 121-141;inside 142-282")
    type_one.see("P1", *type_one.outside[1:8])
    row = type_one.run()[1].loc["P9"]
    assert (row["shedding"], row["peptides_mapped"]) == ("none", 0)


def test_a_protein_without_topology_or_sequence_has_no_parts(type_one):
    type_one.topologies["P1"] = ""
    type_one.see("P1", *type_one.outside[1:8])
    row = type_one.run()[1].loc["P1"]
    assert row["peptides_mapped"] == 7
    assert row[["peptides_ectodomain", "peptides_cytoplasmic", "shedding", "mature_n_terminus"]].isna().all()


def test_decoys_are_not_judged(type_one):
    type_one.decoys = {"P1"}
    type_one.see("P1", *type_one.outside[1:8])
    assert type_one.run()[1].loc["P1"].drop(["topology", "accession"]).isna().all()


def test_peptides_of_lysates_do_not_make_a_shed_protein_intact(type_one):
    type_one.see("P1", *type_one.outside[1:8], s1=1.0, lysate=1.0)
    type_one.see("P1", *type_one.inside[1:8], s1=np.nan, lysate=1.0)
    assert type_one.run()[1].loc["P1", "shedding"] == "intact"
    type_one.samples = type_one.folder / "samples.tsv"
    sheet = pd.DataFrame({"sample": ["s1", "lysate"], "column": ["s1", "lysate"], "condition": "rest"})
    files.write_table(type_one.samples, sheet.assign(fraction=["secretome", "lysate"]))
    summary, table = type_one.run()
    assert table.loc["P1", "shedding"] == "shed"
    assert "of secretome samples" in summary.methods[0]


# ---- the mature end ---------------------------------------------------------------------------------------------------


def semi_tryptic(study, count=8):
    """A soluble protein whose ragged peptides show that the search allowed for free ends."""
    random = np.random.default_rng(9)
    pieces = [fragment(random, 14) for _ in range(count)]
    study.protein("R", "M" + "".join(pieces))
    study.see("R", *(one[3:] for one in pieces))


def test_a_ragged_end_behind_the_signal_peptide_is_the_mature_protein(type_one):
    semi_tryptic(type_one)
    type_one.see("P1", type_one.outside[0])
    row = type_one.run()[1].loc["P1"]
    assert row["mature_n_terminus"] == "yes"
    assert (
        f"{type_one.outside[0]} begins right behind the signal peptide (1-21): it was cut off"
        in row["peptide_evidence"]
    )


def test_a_peptide_across_the_site_is_against_it_and_both_are_told(type_one):
    semi_tryptic(type_one)
    type_one.see("P1", SIGNAL[10:] + type_one.outside[0])
    row = type_one.run()[1].loc["P1"]
    assert (row["mature_n_terminus"], row["peptides_signal"]) == ("against", 1)
    type_one.see("P1", type_one.outside[0])
    row = type_one.run()[1].loc["P1"]
    assert row["mature_n_terminus"] == "yes"
    assert "it was cut off; 1 peptide" in row["peptide_evidence"]


def test_a_search_for_tryptic_ends_is_warned_of_and_says_no_no(type_one):
    type_one.see("P1", *type_one.outside[1:8])
    summary, table = type_one.run()
    assert table.loc["P1", "mature_n_terminus"] == "not telling"
    assert any("semi-specific search" in text for text in summary.warnings)


def test_the_cut_of_a_sheddase_is_pointed_out(type_one):
    semi_tryptic(type_one)
    type_one.see("P1", *type_one.outside[1:8], type_one.outside[8][:-3])
    # the ninth fragment ends at 21 + 108 = 129; three less, and fifteen more before the helix at 142
    assert "a peptide ends at residue 126, 15 from the membrane" in type_one.run()[1].loc["P1", "peptide_evidence"]


def test_without_sequences_nothing_lies_anywhere(type_one):
    type_one.see("P1", *type_one.outside[1:8])
    type_one.run()
    paths = [type_one.folder / name for name in ("precursors.parquet", "proteins.tsv", "annotation.tsv")]
    summary = shedding(*paths, [], type_one.folder / "none.tsv")
    row = files.read_table(type_one.folder / "none.tsv", schema.SHEDDING).iloc[0]
    assert (row["peptides_mapped"], row["peptides_unmapped"]) == (0, 7)
    assert pd.isna(row["shedding"])
    assert "give the FASTA that was searched" in summary.warnings[0]


def test_a_topology_longer_than_the_sequence_is_not_used_and_warned_of(type_one):
    type_one.topologies["P1"] += "0"  # inside 163-2820
    type_one.see("P1", *type_one.outside[1:8])
    summary, table = type_one.run()
    assert summary.counts["topologies that no sequence is long enough for"] == 1
    assert pd.isna(table.loc["P1", "shedding"])


# ---- proteases --------------------------------------------------------------------------------------------------------


def test_a_digest_without_a_rule_expects_nothing_and_says_so(study):
    random = np.random.default_rng(3)
    sequence = "".join(random.choice(list("ACDEFGHIKLMNPQRSTVWY"), 600))
    study.protein("P1", sequence, "SP 1-20;outside 21-300;TM 301-321;inside 322-600")
    study.see("P1", *{sequence[start : start + 9] for start in random.integers(25, 280, 90)})
    summary, table = study.run()
    assert any("no protease's rule explains" in text for text in summary.warnings)
    assert table.loc["P1", "shedding"] == "uninformative"
    assert "without the protease's rule" in table.loc["P1", "peptide_evidence"]
    assert pd.isna(table.loc["P1", "mature_n_terminus"])


def test_a_protease_may_be_named_and_an_unknown_one_is_refused(type_one):
    type_one.see("P1", *type_one.outside[1:8])
    type_one.options = {"protease": "lys-c"}
    assert type_one.run()[0].counts["protease"] == "lys-c"
    type_one.options = {"protease": "scissors"}
    with pytest.raises(InputError, match="lys-c"):
        type_one.run()


def test_a_topology_that_is_none_is_refused_by_its_group(type_one):
    type_one.topologies["P1"] = "helix 1-20"
    with pytest.raises(InputError, match="topology of 'P1'"):
        type_one.run()


# ---- planted truth ----------------------------------------------------------------------------------------------------


def planted(study, count=300, seed=20):
    """Membrane proteins, every second one shed, the others whole; peptides unequally visible, some with missed cleavages."""
    random = np.random.default_rng(seed)
    letters, weights = list(SHARES), np.array(list(SHARES.values()), dtype=float)
    shed = {}
    for number in range(count):
        name = f"T{number:04d}"
        outside, inside = (int(n) for n in (random.integers(150, 600), random.integers(20, 400)))
        free = ["".join(random.choice(letters, n, p=weights / weights.sum())) for n in (outside, inside)]
        last = 21 + outside
        topology = f"SP 1-21;outside 22-{last};TM {last + 1}-{last + 21};inside {last + 22}-{last + 21 + inside}"
        sequence = study.protein(name, SIGNAL + free[0] + HELIX + free[1], topology, gene=name)
        shed[name] = number % 2 == 0
        pieces, begin = [], 0
        for piece in DIGEST.findall(sequence[21:]):
            if piece and not (shed[name] and begin + len(piece) > outside - 15):
                pieces.append(piece)
            begin += len(piece)
        odds = random.lognormal(-0.5, 0.8) * random.lognormal(0, 1.0, len(pieces))
        for at, piece in enumerate(pieces):
            seen = random.random() < odds[at] / (1 + odds[at])
            if seen and 7 <= len(piece) <= 30:
                study.see(name, piece)
                if random.random() < 0.2 and at + 1 < len(pieces):
                    study.see(name, piece + pieces[at + 1])
    return pd.Series(shed)


def test_planted_shed_proteins_are_found_and_whole_ones_are_not_called_shed(study):
    truth = planted(study)
    table = study.run()[1].loc[truth.index]
    whole, shed = table[~truth], table[truth]
    assert (whole["shedding"] == "shed").sum() <= 0.05 * (table["shedding"] == "shed").sum()
    assert (shed["shedding"] == "intact").sum() == 0
    # Measured over twelve seeds, 1,800 shed and 1,800 whole proteins: 3 of 617 called shed were whole; 90 % of the whole ones
    # intact, 34 % of the shed ones shed (23 to 43 % by seed): half of the made tails are too short to be missed.
    assert (whole["shedding"] == "intact").mean() > 0.8
    assert (shed["shedding"] == "shed").mean() > 0.25
    telling = shed[(shed["detectable_cytoplasmic"] > 12) & (shed["peptides_ectodomain"] > 7)]
    assert (telling["shedding"] == "shed").mean() > 0.75  # 90 % of 349
    assert (whole["p_value"] <= 0.05).mean() <= 0.05


# ---- real tables ------------------------------------------------------------------------------------------------------


REAL = {
    "human": "shapes/precursor_tables/DIANN_1.9_beta_sample_report.tsv",
    "mouse": "shapes/diann/diann2_report.parquet",
}


@pytest.mark.parametrize("species", ["human", pytest.param("mouse", marks=pytest.mark.slow)])
def test_peptides_of_real_reports_lie_on_their_proteins_and_are_tryptic(tmp_path, shared_data, species):
    runs = [f"QExHF037{number}" for number in (51, 53, 61, 63, 71, 73)]
    if species == "human":
        runs = [
            f"LFQ_Orbitrap_AIF_Condition_{run}"
            for run in ("A_Sample_Alpha_01", "A_Sample_Alpha_03", "B_Sample_Alpha_01")
        ]
    sheet = tmp_path / "samples.tsv"
    sheet.write_text("sample\tcondition\n" + "".join(f"{run}\tone\n" for run in runs))
    settings = {"format": "auto", "quantity": "auto", "scale": "auto", "columns": {}, "identification": {}}
    intake(shared_data / REAL[species], sheet, settings | {"organism": species}, tmp_path / "intake")
    groups = files.read_table(tmp_path / "intake" / "proteins.tsv", schema.PROTEINS)
    files.write_table(tmp_path / "annotation.tsv", groups[["protein_group", "accession"]].assign(topology=""))
    inputs = [tmp_path / "intake" / name for name in ("precursors.parquet", "proteins.tsv")]
    sequences = [shared_data / "sequence" / f"{species}_swissprot_2014.fasta.gz"]
    summary = shedding(*inputs, tmp_path / "annotation.tsv", sequences, tmp_path / "shedding.tsv")
    assert summary.counts["protease"] == "trypsin"
    assert summary.counts["peptides on the sequence of their group"] >= 0.85 * summary.counts["peptides"]
    # The rest: yeast and E. coli (67 of 1,168 rows of the human report), unreviewed entries, and sequences revised since 2014.
    result = files.read_table(tmp_path / "shedding.tsv", schema.SHEDDING)
    assert result["protein_group"].tolist() == groups["protein_group"].tolist()
