# IN   tissue atlases that the config lists, knowledge tables
# OUT  expression of each protein in organs, one table; only where a study lists atlases
rule tissues:
    input:
        expression=lambda wildcards: study_of(wildcards).expression,
        genes=shipped("knowledge/genes.tsv.gz"),
        organs=shipped("knowledge/organs.tsv"),
        settings=settings_of("tissues"),
    output:
        tissues="<results>/{study}/tissues.tsv",
        record="<results>/{study}/records/6_tissues.json",
    log:
        "<logs>/{study}/tissues.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["tissues"],
        knowledge=subpath(input.organs, parent=True),
    shell:
        "myosieve tissues --expression {input.expression:q} --knowledge {params.knowledge:q}"
        " --settings {input.settings:q} --out {output.tissues:q} --record {output.record:q} 2> {log:q}"
