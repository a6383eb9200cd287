"""MyoSieve: from the protein table of a muscle secretome experiment to ranked, explained candidate myokines.

The rooms, in the order in which data passes through them: `tables`, `quant`, `differential`, `immunoassay`,
`sequence`, `evidence`, `secretome`, `ranking`, `compare`, `report`. Each has pure functions from tables to tables and a
`step` module that reads settings and files and writes files. A room imports nothing from a room after it.
"""

__version__ = "0.1.0"
