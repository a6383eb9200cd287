# IN   protein groups, sequences and their features, files that the config lists, the cache of UniProt
# OUT  one secretion class per protein group with its reason, and all the evidence behind it; results of predictors that run
#      here, shared by all studies of the same sequences; what UniProt says of the study's proteins


# Nodes of a cluster often have no network, and the first has nothing to compute.
localrules:
    uniprot,
    split_sequences,


rule uniprot:
    input:
        proteins="<results>/{study}/quantified/proteins.tsv",
        settings=settings_of("uniprot"),
    output:
        snapshot="<results>/{study}/uniprot.tsv",
        record="<results>/{study}/records/5_uniprot.json",
    log:
        "<logs>/{study}/uniprot.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["evidence/uniprot"],
    shell:
        "myosieve uniprot --proteins {input.proteins:q} --settings {input.settings:q}"
        " --out {output.snapshot:q} --record {output.record:q} 2> {log:q}"


rule split_sequences:
    input:
        fasta=lambda wildcards: SEQUENCES[wildcards.digest],
    output:
        directory("<results>/shared/{digest}/sequences_in_{parts}"),
    log:
        "<logs>/shared/{digest}/sequences_in_{parts}.log",
    conda:
        "../envs/myosieve.yml"
    shell:
        "myosieve split-sequences --fasta {input.fasta:q} --chunks {wildcards.parts} --out {output:q} 2> {log:q}"


# The folders' names tell the sequences and what the predictor is told, so that a result does not become stale.
rule predict:
    input:
        sequences=ancient("<results>/shared/{digest}/sequences_in_{parts}"),
    output:
        result="<results>/shared/{digest}/{tool}/{run}/{part}_of_{parts}.txt",
        record="<results>/shared/{digest}/{tool}/{run}/{part}_of_{parts}.json",
    log:
        "<logs>/shared/{digest}/{tool}/{run}/{part}_of_{parts}.log",
    retries: 2
    conda:
        "../envs/myosieve.yml"
    threads: lambda wildcards: RUNS[wildcards.tool, wildcards.run]["threads"]
    resources:
        mem_mb=lambda wildcards, attempt: RUNS[wildcards.tool, wildcards.run]["mem_mb"] * attempt,
        runtime=lambda wildcards, attempt: 480 * attempt,
    params:
        code=CODE["evidence/external"],
        command=lambda wildcards: RUNS[wildcards.tool, wildcards.run]["command"],
        options=lambda wildcards: RUNS[wildcards.tool, wildcards.run]["options"],
        mode=lambda wildcards: RUNS[wildcards.tool, wildcards.run].get("mode", "fast"),
    shell:
        "myosieve predict --tool {wildcards.tool} --sequences {input.sequences:q}/{wildcards.part}.fasta"
        " --command={params.command:q} --options={params.options:q} --mode {params.mode} --threads {threads}"
        " --out {output.result:q} --record {output.record:q} 2> {log:q}"


rule evidence:
    input:
        proteins="<results>/{study}/quantified/proteins.tsv",
        sequence=lambda wildcards: features_of(study_of(wildcards)),
        files=lambda wildcards: study_of(wildcards).evidence_files,
        predictions=lambda wildcards: [path for _, path in predictions_of(study_of(wildcards))],
        uniprot=lambda wildcards: snapshot_of(study_of(wildcards)),
        extracellular=shipped("knowledge/extracellular.tsv"),
        settings=settings_of("evidence"),
    output:
        annotation="<results>/{study}/annotation.tsv",
        evidence="<results>/{study}/evidence.tsv",
        record="<results>/{study}/records/5_evidence.json",
    log:
        "<logs>/{study}/evidence.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["evidence"],
        sources=lambda wildcards: evidence_options(study_of(wildcards)),
        knowledge=subpath(input.extracellular, parent=True),
    shell:
        "myosieve evidence --proteins {input.proteins:q} {params.sources} --knowledge {params.knowledge:q}"
        " --settings {input.settings:q} --out {output.annotation:q} --evidence-out {output.evidence:q}"
        " --record {output.record:q} 2> {log:q}"
