# IN   candidates, tissue expression where there is any, knowledge tables
# OUT  candidate, receptor, organ, with what speaks for it; the shipped pathways and facts of the myokines that were detected
rule crosstalk:
    input:
        candidates="<results>/{study}/candidates.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        tissues=lambda wildcards: tissues_of(study_of(wildcards)),
        receptors=shipped("knowledge/receptors.tsv"),
        myokines=shipped("knowledge/myokines.tsv"),
        organs=shipped("knowledge/organs.tsv"),
        pathways=shipped("knowledge/pathways.tsv"),
        facts=shipped("knowledge/myokine_facts.tsv"),
        settings=settings_of("crosstalk"),
    output:
        crosstalk="<results>/{study}/crosstalk.tsv",
        pathways="<results>/{study}/pathways.tsv",
        facts="<results>/{study}/myokine_facts.tsv",
        record="<results>/{study}/records/7_crosstalk.json",
    log:
        "<logs>/{study}/crosstalk.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["crosstalk"],
        knowledge=subpath(input.receptors, parent=True),
        tissues=lambda wildcards: tissues_option(study_of(wildcards)),
    shell:
        "myosieve crosstalk --candidates {input.candidates:q} --proteins {input.proteins:q} {params.tissues}"
        " --knowledge {params.knowledge:q} --settings {input.settings:q} --out {output.crosstalk:q}"
        " --pathways-out {output.pathways:q} --facts-out {output.facts:q} --record {output.record:q} 2> {log:q}"
