"""Which step of the cascade, and which mechanism, carries the difference between two arms."""
