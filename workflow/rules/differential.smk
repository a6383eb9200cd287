# IN   normalized log2 intensities, samples, which proteins are excluded; with rollup dpc, estimates
# OUT  one row per protein group and contrast; tests of all contrasts at once; what was imputed, if anything
rule differential:
    input:
        intensities="<results>/{study}/quantified/intensities.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        samples=lambda wildcards: sheet_of(study_of(wildcards)),
        log2="<results>/{study}/quantified/log2.tsv",
        estimates="<results>/{study}/quantified/estimates.parquet",
        design_matrix=lambda wildcards: [*study_of(wildcards).design_matrix.values()],
        settings=settings_of("differential"),
    output:
        table="<results>/{study}/differential.tsv",
        f_tests="<results>/{study}/f_tests.tsv",
        imputed="<results>/{study}/imputed.tsv",
        record="<results>/{study}/records/3_differential.json",
    log:
        "<logs>/{study}/differential.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["differential"],
    shell:
        "myosieve differential --intensities {input.intensities:q} --samples {input.samples:q}"
        " --proteins {input.proteins:q} --log2 {input.log2:q} --estimates {input.estimates:q}"
        " --settings {input.settings:q} --f-tests {output.f_tests:q} --imputed {output.imputed:q}"
        " --out {output.table:q} --record {output.record:q} 2> {log:q}"


# IN   tests of a study, its log2 intensities before normalization
# OUT  the hits of each contrast under no, median and reference normalization, beside those of the chosen one
rule sensitivity:
    input:
        differential="<results>/{study}/differential.tsv",
        log2="<results>/{study}/quantified/log2.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        samples=lambda wildcards: sheet_of(study_of(wildcards)),
        estimates="<results>/{study}/quantified/estimates.parquet",
        design_matrix=lambda wildcards: [*study_of(wildcards).design_matrix.values()],
        settings=settings_of("sensitivity"),
    output:
        table="<results>/{study}/sensitivity.tsv",
        record="<results>/{study}/records/4_sensitivity.json",
    log:
        "<logs>/{study}/sensitivity.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["differential"],
    shell:
        "myosieve sensitivity --differential {input.differential:q} --log2 {input.log2:q} --samples {input.samples:q}"
        " --proteins {input.proteins:q} --estimates {input.estimates:q} --settings {input.settings:q}"
        " --out {output.table:q} --record {output.record:q} 2> {log:q}"
