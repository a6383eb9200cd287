# IN   quantified proteins and samples, secretion classes; peptides and sequences of serum proteins where there are any
# OUT  leak and serum flags per protein group, leak index and serum share per sample
rule secretome:
    input:
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        log2="<results>/{study}/quantified/log2.tsv",
        quantified="<results>/{study}/quantified/samples_qc.tsv",
        precursors=lambda wildcards: peptides_of(study_of(wildcards)),
        fasta=lambda wildcards: study_of(wildcards).fasta,
        serum_fasta=lambda wildcards: study_of(wildcards).serum_fasta,
        samples="<results>/{study}/intake/samples.tsv",
        annotation="<results>/{study}/annotation.tsv",
        leak_markers=shipped("knowledge/leak_markers.tsv"),
        contaminants=shipped("knowledge/contaminants.tsv"),
        organisms=shipped("knowledge/organisms.tsv"),
        settings=settings_of("secretome"),
    output:
        proteins="<results>/{study}/secretome.tsv",
        samples="<results>/{study}/samples_qc.tsv",
        record="<results>/{study}/records/6_secretome.json",
    log:
        "<logs>/{study}/secretome.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["secretome"],
        serum=lambda wildcards: serum_options(study_of(wildcards)),
        quantified=subpath(input.proteins, parent=True),
        knowledge=subpath(input.leak_markers, parent=True),
    shell:
        "myosieve secretome --quantified {params.quantified:q} --samples {input.samples:q}"
        " --annotation {input.annotation:q} --knowledge {params.knowledge:q} --settings {input.settings:q} {params.serum}"
        " --out {output.proteins:q} --samples-out {output.samples:q} --record {output.record:q} 2> {log:q}"


# IN   peptides, sequences, topologies
# OUT  peptides by part of each protein: shed ectodomain or whole protein, mature N-terminus
rule shedding:
    input:
        precursors="<results>/{study}/intake/precursors.parquet",
        proteins="<results>/{study}/intake/proteins.tsv",
        samples="<results>/{study}/intake/samples.tsv",
        annotation="<results>/{study}/annotation.tsv",
        fasta=lambda wildcards: study_of(wildcards).fasta,
    output:
        table="<results>/{study}/shedding.tsv",
        record="<results>/{study}/records/6_shedding.json",
    log:
        "<logs>/{study}/shedding.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["secretome/shedding_step"],
    shell:
        "myosieve shedding --precursors {input.precursors:q} --proteins {input.proteins:q} --samples {input.samples:q}"
        " --annotation {input.annotation:q} --fasta {input.fasta:q}"
        " --out {output.table:q} --record {output.record:q} 2> {log:q}"
