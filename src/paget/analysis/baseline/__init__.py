"""Baselines: what untreated reference animals are like, and the fit that brings the catalog there.

`targets` reads the list of what is wanted (`catalog/baseline.toml`), `reference` makes the reference animals,
`readouts` reads them, `solve` brings the numbers to the targets, `crowding` and `cytotoxic` fit the two curves,
`writing` puts the numbers into catalog files, `freezing` keeps them under a hash. Of interventions only a cytotoxic
drug alone is looked at.
"""
