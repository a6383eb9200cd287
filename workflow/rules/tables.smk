# IN   the search engine's table and the sample sheet of a study
# OUT  proteins, precursors, linear intensities and samples, checked against each other
rule tables:
    input:
        table=lambda wildcards: study_of(wildcards).table,
        samples=lambda wildcards: study_of(wildcards).samples,
        fasta=lambda wildcards: study_of(wildcards).fasta,
        settings=settings_of("tables"),
    output:
        proteins="<results>/{study}/intake/proteins.tsv",
        intensities="<results>/{study}/intake/intensities.tsv",
        peptide_counts="<results>/{study}/intake/peptide_counts.tsv",
        precursors="<results>/{study}/intake/precursors.parquet",
        samples="<results>/{study}/intake/samples.tsv",
        record="<results>/{study}/records/1_tables.json",
    log:
        "<logs>/{study}/tables.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["tables"],
        fasta=lambda wildcards: fasta_option(study_of(wildcards)),
        folder=subpath(output.proteins, parent=True),
    shell:
        "myosieve intake --table {input.table:q} --samples {input.samples:q} {params.fasta} --settings {input.settings:q}"
        " --out {params.folder:q} --record {output.record:q} 2> {log:q}"
