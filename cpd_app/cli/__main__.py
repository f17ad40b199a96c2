"""`python -m cpd_app.cli` is the command `cpd`."""

from cpd_app.cli import main

main()
