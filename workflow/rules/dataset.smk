# IN   what was quantified, tested and annotated
# OUT  matrices, samples and proteins as one AnnData file
rule dataset:
    input:
        intensities="<results>/{study}/quantified/intensities.tsv",
        log2="<results>/{study}/quantified/log2.tsv",
        peptide_counts="<results>/{study}/quantified/peptide_counts.tsv",
        estimates="<results>/{study}/quantified/estimates.parquet",
        proteins="<results>/{study}/quantified/proteins.tsv",
        samples="<results>/{study}/intake/samples.tsv",
        samples_qc="<results>/{study}/samples_qc.tsv",
        annotation="<results>/{study}/annotation.tsv",
        differential="<results>/{study}/differential.tsv",
    output:
        "<results>/{study}/dataset.h5ad",
    log:
        "<logs>/{study}/dataset.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["report"],
        quantified=subpath(input.proteins, parent=True),
    shell:
        "myosieve dataset --quantified {params.quantified:q} --samples {input.samples:q} --samples-qc {input.samples_qc:q}"
        " --annotation {input.annotation:q} --differential {input.differential:q}"
        " --out {output:q} 2> {log:q}"
