# IN   normalized log2 intensities, samples, which proteins are excluded
# OUT  one row per protein group and contrast
rule differential:
    input:
        intensities="<results>/{study}/quantified/intensities.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        samples="<results>/{study}/intake/samples.tsv",
        settings=settings_of("differential"),
    output:
        table="<results>/{study}/differential.tsv",
        record="<results>/{study}/records/3_differential.json",
    log:
        "<logs>/{study}/differential.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["differential"],
    shell:
        "myosieve differential --intensities {input.intensities:q} --samples {input.samples:q}"
        " --proteins {input.proteins:q} --settings {input.settings:q}"
        " --out {output.table:q} --record {output.record:q} 2> {log:q}"
