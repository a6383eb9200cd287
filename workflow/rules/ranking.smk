# IN   tests, secretion classes, leak and serum flags, knowledge tables; values and samples, to draw the subjects again; where
#      there are any: what peptides say of shedding, expression in tissues, the immunoassay's panel
# OUT  candidates, ranked within each contrast, with reasons
rule ranking:
    input:
        differential="<results>/{study}/differential.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        annotation="<results>/{study}/annotation.tsv",
        secretome="<results>/{study}/secretome.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        samples=lambda wildcards: sheet_of(study_of(wildcards)),
        leak="<results>/{study}/leak.tsv",
        shedding=lambda wildcards: shedding_of(study_of(wildcards)),
        tissues=lambda wildcards: tissues_of(study_of(wildcards)),
        panel=lambda wildcards: study_of(wildcards).immunoassay.get("panel", []),
        design_matrix=lambda wildcards: [*study_of(wildcards).design_matrix.values()],
        receptors=shipped("knowledge/receptors.tsv"),
        myokines=shipped("knowledge/myokines.tsv"),
        names=[shipped("knowledge/genes.tsv.gz"), shipped("knowledge/aliases.tsv.gz")],
        own_list=lambda wildcards: [*study_of(wildcards).own_list.values()],
        settings=settings_of("ranking"),
    output:
        candidates=report(
            "<results>/{study}/candidates.tsv",
            caption="../report/candidates.rst",
            category="Candidates",
            subcategory="{study}",
        ),
        record="<results>/{study}/records/7_ranking.json",
    log:
        "<logs>/{study}/ranking.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["ranking"],
        knowledge=subpath(input.receptors, parent=True),
        known=lambda wildcards: ranking_options(study_of(wildcards)),
    shell:
        "myosieve rank --differential {input.differential:q} --proteins {input.proteins:q}"
        " --annotation {input.annotation:q} --secretome {input.secretome:q} --leak {input.leak:q}"
        " --knowledge {params.knowledge:q} --intensities {input.intensities:q} --samples {input.samples:q} {params.known}"
        " --settings {input.settings:q} --out {output.candidates:q} --record {output.record:q} 2> {log:q}"


# IN   candidates, their tests and what these were done on, known myokines and how much was written of each gene
# OUT  how far the ranking can be trusted: recovery of known myokines, nulls by permutation, base rates
rule validation:
    input:
        candidates="<results>/{study}/candidates.tsv",
        differential="<results>/{study}/differential.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        samples=lambda wildcards: sheet_of(study_of(wildcards)),
        log2="<results>/{study}/quantified/log2.tsv",
        estimates="<results>/{study}/quantified/estimates.parquet",
        design_matrix=lambda wildcards: [*study_of(wildcards).design_matrix.values()],
        myokines=shipped("knowledge/myokines.tsv"),
        genes=shipped("knowledge/genes.tsv.gz"),
        settings=settings_of("validation"),
    output:
        table="<results>/{study}/validation.tsv",
        record="<results>/{study}/records/7_validation.json",
    log:
        "<logs>/{study}/validation.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["ranking/validation_step"],
        knowledge=subpath(input.myokines, parent=True),
    shell:
        "myosieve validate --candidates {input.candidates:q} --differential {input.differential:q}"
        " --proteins {input.proteins:q} --intensities {input.intensities:q} --samples {input.samples:q}"
        " --log2 {input.log2:q} --estimates {input.estimates:q} --knowledge {params.knowledge:q}"
        " --settings {input.settings:q} --out {output.table:q} --record {output.record:q} 2> {log:q}"
