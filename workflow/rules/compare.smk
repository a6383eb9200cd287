# IN   tests of several studies
# OUT  one meta table: pooled fold changes, heterogeneity, concordance
rule compare:
    input:
        tables=compared_tables,
        genes=shipped("knowledge/genes.tsv.gz"),
        settings="<results>/compare/{comparison}/settings/compare.json",
    output:
        table="<results>/compare/{comparison}/meta.tsv",
        record="<results>/compare/{comparison}/record.json",
    log:
        "<logs>/compare/{comparison}.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["compare"],
        members=member_options,
        knowledge=subpath(input.genes, parent=True),
    shell:
        "myosieve compare {params.members} --knowledge {params.knowledge:q} --settings {input.settings:q}"
        " --out {output.table:q} --record {output.record:q} 2> {log:q}"
