# IN   protein groups, sequence features, results of predictors that were run elsewhere
# OUT  one secretion class per protein group with its reason, and all the evidence behind it
rule evidence:
    input:
        proteins="<results>/{study}/quantified/proteins.tsv",
        sequence=lambda wildcards: features_of(study_of(wildcards)),
        tools=lambda wildcards: list(study_of(wildcards).evidence.values()),
        extracellular=shipped("knowledge/extracellular.tsv"),
        settings=settings_of("evidence"),
    output:
        annotation="<results>/{study}/annotation.tsv",
        evidence="<results>/{study}/evidence.tsv",
        record="<results>/{study}/records/5_evidence.json",
    log:
        "<logs>/{study}/evidence.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["evidence"],
        sources=lambda wildcards: evidence_options(study_of(wildcards)),
        knowledge=subpath(input.extracellular, parent=True),
    shell:
        "myosieve evidence --proteins {input.proteins:q} {params.sources} --knowledge {params.knowledge:q}"
        " --out {output.annotation:q} --evidence-out {output.evidence:q} --record {output.record:q} 2> {log:q}"
