# IN   quantified proteins, samples
# OUT  the sample sheet with the leak index of each medium; only where the design carries it as a covariate
rule leak_index:
    input:
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        samples="<results>/{study}/intake/samples.tsv",
        annotation="<results>/{study}/annotation.tsv",
        leak_markers=shipped("knowledge/leak_markers.tsv"),
        settings=settings_of("leak_index"),
    output:
        samples="<results>/{study}/samples_with_leak_index.tsv",
        record="<results>/{study}/records/2_leak_index.json",
    log:
        "<logs>/{study}/leak_index.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["secretome/leak_index_step"],
        quantified=subpath(input.proteins, parent=True),
        knowledge=subpath(input.leak_markers, parent=True),
    shell:
        "myosieve leak-index --quantified {params.quantified:q} --samples {input.samples:q}"
        " --annotation {input.annotation:q} --knowledge {params.knowledge:q} --settings {input.settings:q} --out {output.samples:q}"
        " --record {output.record:q} 2> {log:q}"


# IN   quantified proteins and samples, tests, secretion classes; peptides and sequences of serum proteins where there are any
# OUT  leak and serum flags per protein group, leak index and serum share per sample, what leak does to each contrast
rule secretome:
    input:
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        log2="<results>/{study}/quantified/log2.tsv",
        quantified="<results>/{study}/quantified/samples_qc.tsv",
        precursors=lambda wildcards: peptides_of(study_of(wildcards)),
        fasta=lambda wildcards: study_of(wildcards).fasta,
        serum_fasta=lambda wildcards: study_of(wildcards).serum_fasta,
        samples=lambda wildcards: sheet_of(study_of(wildcards)),
        annotation="<results>/{study}/annotation.tsv",
        differential="<results>/{study}/differential.tsv",
        design_matrix=lambda wildcards: [*study_of(wildcards).design_matrix.values()],
        leak_markers=shipped("knowledge/leak_markers.tsv"),
        contaminants=shipped("knowledge/contaminants.tsv"),
        organisms=shipped("knowledge/organisms.tsv"),
        settings=settings_of("secretome"),
    output:
        proteins="<results>/{study}/secretome.tsv",
        samples="<results>/{study}/samples_qc.tsv",
        leak="<results>/{study}/leak.tsv",
        leak_tests="<results>/{study}/leak_tests.tsv",
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
        " --annotation {input.annotation:q} --differential {input.differential:q} --knowledge {params.knowledge:q}"
        " {params.serum} --settings {input.settings:q} --out {output.proteins:q} --samples-out {output.samples:q}"
        " --leak-out {output.leak:q} --leak-tests-out {output.leak_tests:q} --record {output.record:q} 2> {log:q}"


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
