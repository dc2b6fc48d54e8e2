"""Every known trap of viewflow: each test shows the fault on stock viewflow, then that it is not here.

A test is named after its trap: p01-p20 correctness, l01-l10 locks and timers, b01-b03 big tables and pictures.
"""
