"""`python -m paget` is the same as the command `paget`."""

import sys

from paget.cli import main

sys.exit(main())
