"""Papers and proof."""

import logging

logging.getLogger("pikepdf").setLevel(logging.WARNING)  # it announces itself at every start
