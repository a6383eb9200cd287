# IN   precursors of an intake
# OUT  one part of the protein groups, rolled up; only where the config divides the rollup into several jobs
rule rollup:
    input:
        precursors="<results>/{study}/intake/precursors.parquet",
        proteins="<results>/{study}/intake/proteins.tsv",
        intensities="<results>/{study}/intake/intensities.tsv",
        settings=settings_of("rollup"),
    output:
        "<results>/{study}/rollup/{part}_of_{parts}.parquet",
    log:
        "<logs>/{study}/rollup_{part}_of_{parts}.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["quant/rollup"],
        intake=subpath(input.proteins, parent=True),
    shell:
        "myosieve rollup --intake {params.intake:q} --settings {input.settings:q}"
        " --part {wildcards.part} --parts {wildcards.parts} --out {output:q} 2> {log:q}"


# IN   proteins, linear intensities, precursors
# OUT  filtered proteins, normalized log2 intensities, what is known of each sample
rule quant:
    input:
        proteins="<results>/{study}/intake/proteins.tsv",
        intensities="<results>/{study}/intake/intensities.tsv",
        peptide_counts="<results>/{study}/intake/peptide_counts.tsv",
        precursors="<results>/{study}/intake/precursors.parquet",
        samples="<results>/{study}/intake/samples.tsv",
        rolled_up=lambda wildcards: rolled_up_parts(study_of(wildcards)),
        settings=settings_of("quant"),
    output:
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        log2="<results>/{study}/quantified/log2.tsv",
        peptide_counts="<results>/{study}/quantified/peptide_counts.tsv",
        estimates="<results>/{study}/quantified/estimates.parquet",
        samples="<results>/{study}/quantified/samples_qc.tsv",
        record="<results>/{study}/records/2_quant.json",
    log:
        "<logs>/{study}/quant.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["quant"],
        intake=subpath(input.proteins, parent=True),
        folder=subpath(output.proteins, parent=True),
        rolled_up=lambda wildcards: rolled_up_option(study_of(wildcards)),
    shell:
        "myosieve quantify --intake {params.intake:q} {params.rolled_up} --settings {input.settings:q}"
        " --out {params.folder:q} --record {output.record:q} 2> {log:q}"
