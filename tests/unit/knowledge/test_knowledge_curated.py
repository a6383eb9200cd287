"""Facts, pathways and protocols: each with its source, levels with unit and matrix, and nothing that contradicts the rest."""

import csv
import re

import curated
import pytest

SEVENTEEN = {
    "IL6", "FNDC5", "METRNL", "FGF21", "ERFE", "LIF", "MSTN", "DCN", "IGF1", "APLN", "FSTL1", "BDNF", "CTSB", "OSM", "SPARC",
    "CCL2", "CX3CL1",
}  # fmt: skip
GUIDE = "source guide"
DOI, NUMBER = re.compile(r"10\.\d{4,}/\S+"), re.compile(r"PMID:\d+|PMC\d+")
JOURNAL = re.compile(r".+ \d{4};\d+:\w+")


def of(facts, gene, fact, **wanted):
    rows = [row for row in facts if row["gene"] == gene and row["fact"] == fact]
    return [row for row in rows if all(row[name] == value for name, value in wanted.items())]


def is_source(text):
    """A DOI, a number of PubMed or PMC, a place in a journal, a title, or the guide."""
    found = any(pattern.fullmatch(text) for pattern in (DOI, NUMBER, JOURNAL))
    return found or text == GUIDE or len(text.split()) >= 5 or text.startswith("connectomeDB2020")


def test_each_of_the_seventeen_has_an_organ_an_effect_a_response_to_exercise_and_its_accession(facts, myokines):
    assert {row["gene"] for row in facts} == SEVENTEEN
    for gene in SEVENTEEN:
        for fact in ("organ", "effect", "exercise_response"):
            assert of(facts, gene, fact), (gene, fact)
    assert all(row["accession_human"] == myokines[row["gene"]]["accession_human"] for row in facts)


def test_every_row_names_a_source_of_a_known_form(facts, pathways, protocols):
    sources = [row["source"] for row in [*facts, *protocols]] + [row["reference"] for row in pathways]
    assert [text for text in sources if not is_source(text)] == []


def test_a_number_that_only_the_guide_gives_says_what_is_doubtful(facts):
    # The guide's references do not match its numbers (research notes, section 0).
    levels = [row for row in facts if row["source"] == GUIDE and row["unit"]]
    assert len(levels) == 6
    assert all("reference" in row["doubtful"] for row in levels)
    assert all(row["doubtful"] for row in facts if row["source"] == GUIDE)


def test_levels_have_a_unit_and_are_plain_numbers_or_ranges(facts):
    for row in facts:
        if row["fact"] == "basal_level":
            assert re.fullmatch(r"[pn]g/mL", row["unit"])
        if row["unit"]:
            low, _, high = row["value"].partition("-")
            assert 0 < float(low) <= float(high or low)


def test_the_bdnf_level_of_the_guide_is_a_serum_level_and_says_so(facts):
    (row,) = of(facts, "BDNF", "basal_level", source=GUIDE)
    assert (row["value"], row["unit"], row["matrix"]) == ("20-30", "ng/mL", "serum")
    assert "platelets" in row["doubtful"]
    # doi 10.1038/s41598-019-45976-5: about 99 % of the BDNF of blood is in platelets; no plasma level may be as high.
    assert of(facts, "BDNF", "basal_level", matrix="plasma") == []


def test_directions_of_the_facts_fit_the_table_of_myokines(facts, myokines):
    for gene in SEVENTEEN:
        directions = {row["direction"] for row in of(facts, gene, "exercise_response")} - {"none"}
        wanted = {"both": {"up", "down"}}.get(myokines[gene]["direction"], {myokines[gene]["direction"]})
        assert wanted <= directions, gene


def test_myostatin_in_blood_and_sparc_after_training_go_down(facts):
    assert {row["direction"] for row in of(facts, "MSTN", "exercise_response", matrix="serum")} == {"down"}
    assert of(facts, "SPARC", "exercise_response", direction="down")
    assert {row["direction"] for row in of(facts, "SPARC", "exercise_response", matrix="serum")} == {"up", "down"}


def test_receptors_of_the_facts_have_reviewed_entries_and_irisins_is_an_integrin_of_two_subunits(facts, genes):
    symbols = {row["gene"] for row in genes if row["organism"] == "human"}
    for row in facts:
        if row["fact"] == "receptor":
            assert row["value"].split("+") == sorted(row["value"].split("+"))
            assert set(row["value"].split("+")) <= symbols
    assert [row["value"] for row in of(facts, "FNDC5", "receptor")] == ["ITGAV+ITGB5"]


def test_most_receptors_of_the_facts_are_in_the_ligand_receptor_pairs(facts, receptors):
    # Those of a paper of its own are not: KIT of METRNL (2022), DIP2A of FSTL1 and FGFR1 with KLB in other words.
    pairs = {(row["ligand_accession"], part) for row in receptors for part in row["receptor_gene"].split("+")}
    told = {
        (row["accession_human"], part) for row in facts if row["fact"] == "receptor" for part in row["value"].split("+")
    }
    assert len(told & pairs) / len(told) > 0.75


def test_the_numbers_of_the_seed_are_there_and_marked(facts, shared_data):
    path = shared_data / "knowledge" / "seed_myokines.tsv"
    with path.open(encoding="utf-8", newline="") as handle:
        seed = {row["gene_symbol"]: row for row in csv.DictReader(handle, delimiter="\t")}
    assert seed.keys() == SEVENTEEN
    for gene, row in seed.items():
        told = of(facts, gene, "basal_level", source=GUIDE)
        assert bool(told) == (row["basal_level_seed"] != "(none given)"), gene
        for level in told:
            numbers = re.findall(r"\d+(?:\.\d+)?", row["basal_level_seed"])
            assert set(re.findall(r"\d+(?:\.\d+)?", level["value"])) <= set(numbers)
        response = of(facts, gene, "exercise_response", source=GUIDE)
        if row["exercise_response_seed"] != "(none given)":
            assert response, gene
            down = "Decreased" in row["exercise_response_seed"]
            assert {one["direction"] for one in response} == {"down" if down else "up"}


# ---- pathways ------------------------------------------------------------------------------------------------------


def graph(pathways, name):
    return [(row["source"], row["target"]) for row in pathways if row["pathway"] == name]


def reach(edges, start):
    found, before = {start}, None
    while before != found:
        before = set(found)
        found |= {target for source, target in edges if source in found}
    return found


@pytest.mark.parametrize(
    ("name", "start", "through", "end"),
    [
        ("il6_liver", "IL6", "STAT3", "glucose production"),
        ("il6_adipose", "IL6", "IL6R+IL6ST", "lipolysis"),
        ("irisin_adipose", "PPARGC1A", "ITGAV+ITGB5", "thermogenesis"),
        ("irisin_adipose", "irisin", "UCP1", "thermogenesis"),
        ("bdnf_brain", "BDNF", "NTRK2", "synaptic plasticity"),
        ("mstn_muscle", "MSTN", "SMAD2+SMAD3", "muscle growth"),
        ("igf1_muscle", "IGF1", "AKT1", "protein synthesis"),
    ],
)
def test_a_pathway_leads_from_its_myokine_to_its_effect(pathways, name, start, through, end):
    edges = graph(pathways, name)
    assert {through, end} <= reach(edges, start)
    without = [edge for edge in edges if through not in edge]
    assert end not in reach(without, start)


def test_every_pathway_is_of_one_myokine_in_one_organ_with_steps_in_order(pathways, myokines):
    for name in {row["pathway"] for row in pathways}:
        rows = [row for row in pathways if row["pathway"] == name]
        assert [int(row["step"]) for row in rows] == list(range(1, len(rows) + 1))
        assert len({(row["title"], row["myokine_gene"], row["organ"]) for row in rows}) == 1
        assert rows[0]["myokine_accession"] == myokines[rows[0]["myokine_gene"]]["accession_human"]
        assert {"myokine"} <= {row[f"{side}_kind"] for row in rows for side in ("source", "target")}


def test_every_fact_of_kind_pathway_has_one_and_the_other_way_round(facts, pathways):
    told = {(row["gene"], row["value"], row["organ"]) for row in facts if row["fact"] == "pathway"}
    assert told == {(row["myokine_gene"], row["pathway"], row["organ"]) for row in pathways}


def test_what_rests_on_the_guide_alone_is_doubtful(pathways):
    alone = [row for row in pathways if row["reference"] == GUIDE]
    assert [(row["source"], row["target"]) for row in alone] == [("STAT3", "glucose production")]
    assert all(row["doubtful"] for row in alone)


# ---- protocols -----------------------------------------------------------------------------------------------------


def test_the_guides_protocols_are_there_with_their_numbers(protocols):
    guide = {row["protocol"]: row for row in protocols if row["source"] == GUIDE}
    settings = ("frequency_hz_low", "frequency_hz_high", "pulse_ms", "voltage_v", "duration_h_low", "duration_h_high")
    assert [guide["endurance"][name] for name in settings] == ["1", "1", "2", "12", "24", "48"]
    assert [guide["resistance"][name] for name in settings] == ["30", "100", "", "", "1", "1"]
    assert guide["resistance"]["recovery"]


def test_endurance_is_slow_and_long_and_resistance_fast_and_short(protocols):
    for row in protocols:
        for quantity in ("frequency_hz", "duration_h"):
            low, high = row[f"{quantity}_low"], row[f"{quantity}_high"]
            assert bool(low) == bool(high)
            assert not low or 0 < float(low) <= float(high)
        endurance = row["protocol"] == "endurance"
        assert not row["frequency_hz_low"] or (float(row["frequency_hz_high"]) <= 1) == endurance
        assert (float(row["duration_h_low"]) >= 6) == endurance


# ---- the checks of the build ---------------------------------------------------------------------------------------

FACT = {
    "gene": "IL6", "fact": "organ", "organ": "liver", "value": "", "unit": "", "direction": "", "matrix": "", "protocol": "",
    "source": "made", "doubtful": "",
}  # fmt: skip
EDGE = {
    "pathway": "p", "title": "t", "myokine_gene": "IL6", "organ": "liver", "step": "1", "source": "IL6",
    "source_kind": "myokine", "relation": "binds", "target": "IL6R", "target_kind": "receptor", "reference": "made",
    "doubtful": "",
}  # fmt: skip
ACCESSIONS = {"IL6": "P05231", "IL6R": "P08887"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"gene": "irisin"}, "irisin is no official symbol"),
        ({"fact": "rumor"}, "'rumor' is no kind of fact"),
        ({"source": ""}, "has no source"),
        ({"fact": "basal_level"}, "level without number and unit"),
        ({"fact": "basal_level", "value": "many", "unit": "ng/mL"}, "unit without a number"),
        ({"fact": "exercise_response"}, "response without direction"),
        ({"fact": "receptor", "value": "IL6R+CD126"}, "CD126 is no official symbol"),
        ({"fact": "pathway", "value": "nowhere"}, "'nowhere' is not in pathways.tsv"),
    ],
)
def test_a_wrong_fact_stops_the_build(change, said):
    assert curated.facts([FACT], ACCESSIONS, [])[0]["accession_human"] == "P05231"
    with pytest.raises(SystemExit, match=re.escape(said)):
        curated.facts([{**FACT, **change}], ACCESSIONS, [])


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"step": "3"}, "step 3 does not follow 1"),
        ({"target": "CD126", "target_kind": "receptor"}, "CD126 is no official symbol"),
        ({"source": "JAK1", "source_kind": "cell", "target": "x", "target_kind": "effect"}, "hangs in the air"),
        ({"relation": "likes"}, "'likes' is no relation"),
        ({"reference": ""}, "has no reference"),
    ],
)
def test_a_wrong_edge_stops_the_build(change, said):
    second = {
        **EDGE,
        "step": "2",
        "source": "IL6R",
        "source_kind": "receptor",
        "target": "glucose",
        "target_kind": "effect",
    }
    assert len(curated.pathways([EDGE, second], ACCESSIONS)) == 2
    with pytest.raises(SystemExit, match=re.escape(said)):
        curated.pathways([EDGE, {**second, **change}], ACCESSIONS)


def test_a_protocol_with_a_word_for_a_number_stops_the_build(protocols):
    with pytest.raises(SystemExit, match="voltage_v 'high' is no number"):
        curated.protocols([{**protocols[0], "voltage_v": "high"}])
