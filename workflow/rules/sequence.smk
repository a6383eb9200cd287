# IN   protein sequences
# OUT  sequence features per accession; independent of the study, so shared by all that use the same sequences
rule sequence:
    input:
        fasta=lambda wildcards: SEQUENCES[wildcards.digest],
        models=[shipped(f"models/{name}") for name in ("signal_peptide.npz", "transmembrane.npz", "gpi.tsv")],
    output:
        features="<results>/shared/{digest}/features.tsv",
        record="<results>/shared/{digest}/record.json",
    log:
        "<logs>/shared/{digest}/sequence.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["sequence"],
    shell:
        "myosieve sequence --fasta {input.fasta:q} --out {output.features:q} --record {output.record:q} 2> {log:q}"
