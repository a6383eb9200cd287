# IN   tests of several studies
# OUT  one meta table: pooled fold changes, heterogeneity, concordance
rule compare:
    input:
        tables=compared_tables,
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
    shell:
        "myosieve compare {params.members} --settings {input.settings:q}"
        " --out {output.table:q} --record {output.record:q} 2> {log:q}"
