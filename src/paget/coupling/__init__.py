"""The only room that knows both scales: tissue and host. Empty until the tissue engine exists."""
