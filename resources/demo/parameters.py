"""Every parameter of the simulated demo.

Amounts and effects are log2 units, `_SD` are standard deviations of log2 units.
"""

SEED = 2025
CONDITIONS = ("control", "endurance", "resistance")
DONORS = ("D1", "D2", "D3", "D4", "D5")
# All three dishes of a donor were measured in one batch.
BATCHES = {"D1": "A", "D2": "A", "D3": "A", "D4": "B", "D5": "B"}
LEAKING_SAMPLE = ("endurance", "D3")  # the dish whose cells were damaged

# Mean amount of a protein class (log2 of the intensity of its average peptide), and how much of it a damaged cell spills:
# 1 = soluble in the cytosol, 0 = outside the cell already. Organelles and nuclei stay mostly whole.
AMOUNT = {
    "matrix": 22.0,
    "secreted": 21.5,
    "signal": 20.0,
    "shed": 20.5,
    "membrane": 20.0,
    "er": 21.0,
    "cytosol": 21.0,
    "ribosome": 22.0,
    "proteasome": 22.0,
    "sarcomere": 21.0,
    "mitochondrion": 20.5,
    "nucleus": 20.5,
    "other": 19.5,
    "contaminant": 23.5,
    "bovine_serum": 25.5,
    "decoy": 22.5,
    "by_site": 22.5,
}
SPILL = {
    "cytosol": 1.0,
    "proteasome": 1.0,
    "ribosome": 0.9,
    "sarcomere": 0.9,
    "nucleus": 0.15,
    "other": 0.15,
    "mitochondrion": 0.1,
    "er": 0.1,
    "membrane": 0.05,
}
AMOUNT_SD = 2.0  # spread of amounts within a class (log2); all classes together span about six orders of magnitude
LISTED_BONUS = 2.0  # intracellular proteins that were listed by hand are the abundant ones
RESPONSE_SD = 1.5  # spread of how well the peptides of one protein are seen

LEAK = 2.1  # how far the damaged cells of the leaking sample raise what they spill
LEAK_SD = 0.25  # ordinary sample-to-sample variation of the same
DONOR_SD = 0.5  # differences between donors, per protein
BATCH_SD = 0.15  # differences between batches, per protein
RESIDUAL_VARIANCE, RESIDUAL_DF = 0.04, 6  # biological variance per protein: scaled inverse chi-squared (log2 squared)
MEDIUM_SD = 0.7  # how well the serum was washed off, per sample, shared by all bovine proteins
DUST_SD = 1.0  # keratin that fell into the sample, per sample
LOADING_SD = 0.35  # injected amount per sample, in `Intensity` and `iBAQ`
LOADING_ERROR = 0.08  # what is left of it in `LFQ intensity`
# Standard deviation of a peptide's intensity: of strong signals, and what is added below the detection limit.
NOISE, FAINT_NOISE = 0.25, 0.6
# A peptide is detected with a probability that is logistic in its log2 intensity: where it is 1/2, and the slope (1 / log2).
DETECTION_LIMIT, DETECTION_SLOPE = 24.3, 0.9
RAZOR_SHARE, FOREIGN_SHARE = 0.04, 0.02  # peptides shared with another group: counted here, counted there

# Known myokines: planted log2 fold changes of endurance and resistance against control. Plausible directions, made-up sizes.
MYOKINES = {
    "P05231": (1.8, 1.0),  # IL6
    "Q8NAU1": (1.1, 0.0),  # FNDC5
    "Q641Q3": (0.9, 0.9),  # METRNL
    "Q9NSA1": (0.0, 0.8),  # FGF21
    "Q4G0M1": (1.2, 0.0),  # ERFE
    "P15018": (0.0, 1.4),  # LIF
    "O14793": (-0.7, -1.4),  # MSTN
    "P07585": (0.8, 0.8),  # DCN
    "P05019": (0.0, 1.1),  # IGF1
    "Q9ULZ1": (1.3, 0.0),  # APLN
    "Q12841": (0.9, 0.0),  # FSTL1
    "P23560": (1.0, 0.0),  # BDNF
    "P07858": (1.2, 0.0),  # CTSB
    "P13725": (0.9, 0.0),  # OSM
    "P09486": (-0.9, 0.0),  # SPARC
    "P13500": (1.0, 1.0),  # CCL2
    "P78423": (1.4, 0.0),  # CX3CL1
}
SECRETED = ("matrix", "secreted", "signal", "shed")
INTRACELLULAR = ("cytosol", "sarcomere", "mitochondrion", "nucleus", "er")
# How many proteins respond, beside the myokines: to both protocols alike, to both in opposite directions, to one only.
SECRETED_COUNTS = {"both": 22, "opposite": 8, "endurance": 24, "resistance": 28}
INTRACELLULAR_COUNTS = {"both": 6, "opposite": 0, "endurance": 12, "resistance": 12}
# Secreted proteins that are there in these conditions only.
SWITCHED = (("endurance", "resistance"), ("endurance", "resistance"), ("endurance",), ("resistance",), ("resistance",))
EFFECTS, OPPOSITE_EFFECTS = (0.6, 2.0), (0.6, 1.25)  # range of |log2fc|; opposite ones add up between the protocols
UP_SHARE = 0.75  # share of the effects that go up
# Range of the known myokines' amounts: far above their real level, so that the demo can show them.
MYOKINE_AMOUNTS = (22.5, 25.5)
PLANTED_FLOOR = 22.8  # least amount of a protein with a planted effect: below, no method could see it
DECOYS, BY_SITE = 25, 15  # groups; each shows two peptides at most

# Groups that carry the accession of an isoform (`-2`): behind the canonical one, or leading the group.
ISOFORM_SECOND = (
    *("P14618", "P07951", "P06753", "P67936", "P60660", "P21333"),
    *("P12814", "P12111", "P15692", "P05019", "P20810"),
)
ISOFORM_FIRST = ("P02545", "P18206", "P09651", "P61978")

CONTRASTS = {
    "endurance_vs_control": ("endurance", "control"),
    "resistance_vs_control": ("resistance", "control"),
    "resistance_vs_endurance": ("resistance", "endurance"),
}

# The bead-array plate. By analyte, as the kit calls it: accession; bead region; mean concentration in a control dish and
# highest standard (pg/mL); and of the curve B / (1 + (x / C)^D)^F: B (net MFI), -D and F; C is INFLECTION x the highest.
ANALYTES = {
    "IL-6": ("P05231", 25, 60.0, 10_000.0, 21_000.0, 1.02, 0.98),
    "LIF": ("P15018", 27, 25.0, 5_000.0, 18_000.0, 0.98, 1.05),
    "BDNF": ("P23560", 33, 40.0, 5_000.0, 19_000.0, 1.05, 0.95),
    "FSTL-1": ("Q12841", 36, 3_000.0, 200_000.0, 16_000.0, 0.95, 1.04),
    "MCP-1": ("P13500", 43, 800.0, 10_000.0, 23_000.0, 1.08, 0.94),
    "Oncostatin M": ("P13725", 47, 1.2, 10_000.0, 20_000.0, 1.0, 1.0),
    "Myostatin": ("O14793", 52, 400.0, 50_000.0, 15_000.0, 0.97, 1.03),
    "FGF-21": ("Q9NSA1", 56, 30.0, 20_000.0, 17_000.0, 1.0, 0.98),
    "Fractalkine": ("P78423", 63, 90.0, 20_000.0, 20_000.0, 1.03, 0.97),
}
OPPOSED = ("Myostatin",)  # analytes whose planted effect has the other sign on the plate: the two methods disagree
STANDARDS, DILUTION = 7, 4  # how many standards, each diluted by this factor from the one before
INFLECTION = 0.3  # where the curve bends, as part of the highest standard
ASSAY_CV = 0.1  # relative error of a well: pipetting, incubation, washing
BEAD_CV = 0.25  # relative spread of the single beads, of which the median is taken
LEAST_BEADS, MORE_BEADS = 100, 35  # beads per region and well: what the protocol waits for, and how many come on top
BACKGROUND_MFI = 15.0  # median of a well without analyte
# Wells with few beads, by sample and replicate, and their mean number per region. 35 is what a kit asks for.
CLOGGED = {("control_D4", 1): 24, ("endurance_D2", 2): 17, ("resistance_D1", 2): 20}
