"""Which unknown numbers of the model an endpoint depends on most: Morris' elementary effects."""
