# IN   a bead-array plate of the same samples, the tests of the study
# OUT  concentrations, and whether the immunoassay agrees with the mass spectrometer
rule immunoassay:
    input:
        plate=lambda wildcards: study_of(wildcards).immunoassay["plate"],
        panel=lambda wildcards: study_of(wildcards).immunoassay.get("panel", []),
        settings=settings_of("immunoassay"),
    output:
        table="<results>/{study}/immunoassay.tsv",
        record="<results>/{study}/records/8_immunoassay.json",
    log:
        "<logs>/{study}/immunoassay.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["immunoassay"],
        panel=lambda wildcards: panel_option(study_of(wildcards)),
    shell:
        "myosieve immunoassay --plate {input.plate:q} {params.panel}"
        " --out {output.table:q} --record {output.record:q} 2> {log:q}"


rule agreement:
    input:
        assay="<results>/{study}/immunoassay.tsv",
        samples=lambda wildcards: sheet_of(study_of(wildcards)),
        differential="<results>/{study}/differential.tsv",
        design_matrix=lambda wildcards: [*study_of(wildcards).design_matrix.values()],
        settings=settings_of("agreement"),
    output:
        table="<results>/{study}/agreement.tsv",
        record="<results>/{study}/records/9_agreement.json",
    log:
        "<logs>/{study}/agreement.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["immunoassay"],
    shell:
        "myosieve agreement --assay {input.assay:q} --samples {input.samples:q} --differential {input.differential:q}"
        " --settings {input.settings:q} --out {output.table:q} --record {output.record:q} 2> {log:q}"
