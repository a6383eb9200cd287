# Entry point for `snakemake` in this folder; the workflow itself stands in workflow/.
include: "workflow/Snakefile"


# The first rule of an included file is no default target: without this, `snakemake` would build nothing.
rule default:
    default_target: True
    input:
        rules.all.input,
