# IN   proteins and linear intensities
# OUT  filtered proteins, normalized log2 intensities, what is known of each sample
rule quant:
    input:
        proteins="<results>/{study}/intake/proteins.tsv",
        intensities="<results>/{study}/intake/intensities.tsv",
        samples="<results>/{study}/intake/samples.tsv",
        settings=settings_of("quant"),
    output:
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
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
    shell:
        "myosieve quantify --intake {params.intake:q} --settings {input.settings:q}"
        " --out {params.folder:q} --record {output.record:q} 2> {log:q}"
