"""Published results beside their simulated counterparts. Empty until the first ledger exists."""
