# IN   tests, secretion classes, leak and serum flags, knowledge tables
# OUT  candidates, ranked within each contrast, with reasons
rule ranking:
    input:
        differential="<results>/{study}/differential.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        annotation="<results>/{study}/annotation.tsv",
        secretome="<results>/{study}/secretome.tsv",
        receptors=shipped("knowledge/receptors.tsv"),
        myokines=shipped("knowledge/myokines.tsv"),
        names=[shipped("knowledge/genes.tsv.gz"), shipped("knowledge/aliases.tsv.gz")],
        own_list=lambda wildcards: [*study_of(wildcards).own_list.values()],
        settings=settings_of("ranking"),
    output:
        candidates="<results>/{study}/candidates.tsv",
        record="<results>/{study}/records/7_ranking.json",
    log:
        "<logs>/{study}/ranking.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["ranking"],
        knowledge=subpath(input.receptors, parent=True),
        own_list=lambda wildcards: own_list_option(study_of(wildcards)),
    shell:
        "myosieve rank --differential {input.differential:q} --proteins {input.proteins:q}"
        " --annotation {input.annotation:q} --secretome {input.secretome:q} --knowledge {params.knowledge:q}"
        " {params.own_list} --settings {input.settings:q} --out {output.candidates:q} --record {output.record:q} 2> {log:q}"
