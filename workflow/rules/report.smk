# IN   candidates and all that explains them
# OUT  the workbook and the page for people
rule report:
    input:
        candidates="<results>/{study}/candidates.tsv",
        differential="<results>/{study}/differential.tsv",
        annotation="<results>/{study}/annotation.tsv",
        samples_qc="<results>/{study}/samples_qc.tsv",
        sensitivity="<results>/{study}/sensitivity.tsv",
        validation="<results>/{study}/validation.tsv",
        log2="<results>/{study}/quantified/log2.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        samples="<results>/{study}/intake/samples.tsv",
        crosstalk="<results>/{study}/crosstalk.tsv",
        pathways="<results>/{study}/pathways.tsv",
        facts="<results>/{study}/myokine_facts.tsv",
        leak_tests="<results>/{study}/leak_tests.tsv",
        evidence="<results>/{study}/evidence.tsv",
        shedding=lambda wildcards: shedding_of(study_of(wildcards)),
        provenance="<results>/{study}/provenance.json",
        settings=settings_of("report"),
    output:
        xlsx="<results>/{study}/candidates.xlsx",
        html=report(
            "<results>/{study}/report.html",
            caption="../report/page.rst",
            category="Report",
            subcategory="{study}",
        ),
    log:
        "<logs>/{study}/report.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["report"],
        quantified=subpath(input.proteins, parent=True),
        shedding=lambda wildcards: shedding_option(study_of(wildcards)),
    shell:
        "myosieve report --study {wildcards.study:q} --candidates {input.candidates:q}"
        " --differential {input.differential:q} --annotation {input.annotation:q} --samples-qc {input.samples_qc:q}"
        " --sensitivity {input.sensitivity:q} --validation {input.validation:q}"
        " --crosstalk {input.crosstalk:q} --pathways {input.pathways:q} --facts {input.facts:q}"
        " --leak-tests {input.leak_tests:q} --evidence {input.evidence:q} {params.shedding}"
        " --quantified {params.quantified:q} --samples {input.samples:q} --provenance {input.provenance:q}"
        " --settings {input.settings:q} --xlsx {output.xlsx:q} --html {output.html:q} 2> {log:q}"


# IN   candidates and what they were found in
# OUT  figures for a paper, each as SVG, PDF and PNG
rule figures:
    input:
        candidates="<results>/{study}/candidates.tsv",
        differential="<results>/{study}/differential.tsv",
        samples_qc="<results>/{study}/samples_qc.tsv",
        validation="<results>/{study}/validation.tsv",
        proteins="<results>/{study}/quantified/proteins.tsv",
        intensities="<results>/{study}/quantified/intensities.tsv",
        samples="<results>/{study}/intake/samples.tsv",
        crosstalk="<results>/{study}/crosstalk.tsv",
        settings=settings_of("figures"),
    output:
        report(
            directory("<results>/{study}/figures"),
            patterns=["{figure}.svg"],
            caption="../report/figures.rst",
            category="Figures",
            subcategory="{study}",
            labels={"figure": "{figure}"},
        ),
    log:
        "<logs>/{study}/figures.log",
    conda:
        "../envs/myosieve.yml"
    params:
        code=CODE["report/figures_step"],
        quantified=subpath(input.proteins, parent=True),
    shell:
        "myosieve figures --candidates {input.candidates:q} --differential {input.differential:q}"
        " --samples-qc {input.samples_qc:q} --quantified {params.quantified:q} --samples {input.samples:q}"
        " --validation {input.validation:q} --crosstalk {input.crosstalk:q}"
        " --settings {input.settings:q} --out {output:q} 2> {log:q}"
