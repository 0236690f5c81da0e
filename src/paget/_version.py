"""The version of Paget, read by the build and by `paget --version`."""

__version__ = "0.1.0"
