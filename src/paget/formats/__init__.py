"""Run folders and other people's file formats."""
