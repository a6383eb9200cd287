# IN   what each step said of itself
# OUT  provenance.json
rule provenance:
    input:
        records=lambda wildcards: records_of(study_of(wildcards)),
    output:
        "<results>/{study}/provenance.json",
    log:
        "<logs>/{study}/provenance.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["provenance"],
    shell:
        "myosieve provenance --study {wildcards.study:q} --records {input.records:q} --out {output:q} 2> {log:q}"
