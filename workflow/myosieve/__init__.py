"""MyoSieve: from the protein table of a muscle secretome experiment to ranked, explained candidate myokines.

The rooms, in the order in which data passes through them: `tables`, `quant`, `differential`, `sequence`, `evidence`,
`secretome`, `ranking`, `report`. Each has pure functions from tables to tables and one `step` module that reads settings
and files and writes files. A room imports nothing from a room after it.
"""

__version__ = "0.1.0"
