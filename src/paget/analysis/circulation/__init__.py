"""Circulating tumour cells in depth: what trials and patients show of clusters, passages and half-lives."""
