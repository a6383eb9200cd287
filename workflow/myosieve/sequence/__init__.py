"""FASTA -> signal peptide, transmembrane helices and ER motif per protein."""
