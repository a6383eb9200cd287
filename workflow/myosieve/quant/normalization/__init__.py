"""Normalization of log2 intensities between samples: shifts per sample, and intensity-dependent curves for who asks for them.

`methods.normalize` is the one entry. Beside it: `anchors` (which proteins decide, and the additive fit that missing
values do not bias), one module per family of methods, and `shift_test` (do conditions differ in their shifts).
"""
