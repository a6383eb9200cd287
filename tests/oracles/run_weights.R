# Sample weights of limma's arrayWeights. Run beside the intensities: Rscript run_weights.R OUTDIR
# Its REML leaves out every protein with a missing value, so the cases with missing values are their complete proteins.
out <- commandArgs(TRUE)[1]
suppressPackageStartupMessages(library(limma))
dir.create(out, showWarnings = FALSE)
formulas <- list(clean = ~ 0 + condition, missing = ~ 0 + condition, paired = ~ 0 + condition + donor)
rows <- list()
for (case in names(formulas)) for (prior in c(10, 100)) {
  y <- as.matrix(read.delim(gzfile(paste0(case, ".intensities.tsv.gz")), row.names = 1, check.names = FALSE))
  s <- read.delim(paste0(case, ".samples.tsv"), stringsAsFactors = TRUE)
  w <- arrayWeights(y[rowSums(is.na(y)) == 0, ], model.matrix(formulas[[case]], s), method = "reml", prior.n = prior, maxiter = 200, tol = 1e-12)
  rows[[length(rows) + 1]] <- data.frame(case = case, prior = prior, sample = s$sample, weight = format(w, digits = 12))
}
write.table(do.call(rbind, rows), file.path(out, "sample_weights.tsv"), sep = "\t", quote = FALSE, row.names = FALSE)
