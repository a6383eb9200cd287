# Correlated blocks, weights and the omnibus F of limma on the case `paired`. Run beside the intensities: Rscript run_block.R OUTDIR
# Results have twelve digits; empty where there is none.
out <- commandArgs(TRUE)[1]
suppressPackageStartupMessages(library(limma))
dir.create(out, showWarnings = FALSE)
y <- as.matrix(read.delim(gzfile("paired.intensities.tsv.gz"), row.names = 1, check.names = FALSE))
s <- read.delim("paired.samples.tsv", stringsAsFactors = TRUE)
put <- function(d, file) {
  d <- format(d, digits = 12, trim = TRUE); d[d == "NA" | d == "NaN"] <- ""
  con <- gzfile(file.path(out, file)); write.table(d, con, sep = "\t", quote = FALSE, row.names = FALSE)
}
# The model with the contrast end - rest as its first coefficient, which is exact where values are missing (as in run_exact.R).
contrast_first <- function(X) {
  cc <- setNames(numeric(ncol(X)), colnames(X)); cc[c("end", "rest")] <- c(1, -1)
  X %*% solve(rbind(cc, t(qr.Q(qr(cc), complete = TRUE)[, -1])))
}
named <- function(X) { colnames(X) <- sub("^condition", "", colnames(X)); X }
columns <- function(f) data.frame(protein_group = rownames(y), log2fc = f$coefficients[, 1], stdev_unscaled = f$stdev.unscaled[, 1],
  sigma = f$sigma, df_residual = f$df.residual)

# Donor as block: correlation of each protein, their consensus, and least squares with it.
X <- named(model.matrix(~ 0 + condition, s))
dc <- suppressWarnings(duplicateCorrelation(y, X, block = s$donor))
f <- suppressWarnings(lmFit(y, contrast_first(X), block = s$donor, correlation = dc$consensus.correlation))
put(cbind(columns(f), correlation = tanh(dc$atanh.correlations)), "paired.block.tsv.gz")
complete <- rowSums(is.na(y)) == 0
writeLines(format(c(dc$consensus.correlation, duplicateCorrelation(y[complete, ], X, block = s$donor)$consensus.correlation), digits = 12),
  file.path(out, "paired.block_correlation.txt"))

# Weights that anyone can write down again: 0.5 to 2.5 by row and column, and 0 now and then.
w <- 0.5 + 0.5 * ((7 * (row(y) - 1) + 3 * (col(y) - 1)) %% 5); w[(row(y) + col(y)) %% 11 == 0] <- 0
X <- named(model.matrix(~ 0 + condition + donor, s))
f <- suppressWarnings(lmFit(y, contrast_first(X), weights = w)); put(columns(f), "paired.weighted.tsv.gz")

# F of three contrasts of rank two. Groups only, where contrasts.fit is exact.
X <- named(model.matrix(~ 0 + condition, s))
C <- makeContrasts(end - rest, res - rest, res - end, levels = X)
some <- rowSums(!is.na(y)) > 0
e <- suppressWarnings(eBayes(contrasts.fit(lmFit(y[some, ], X), C)))
put(data.frame(protein_group = rownames(y)[some], s2_post = e$s2.post, df_total = e$df.total, f = e$F, p_value = e$F.p.value), "paired.omnibus.tsv.gz")
writeLines(c(paste("limma", packageVersion("limma")), R.version.string), file.path(out, "VERSION"))
