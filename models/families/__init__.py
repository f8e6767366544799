"""Pre- and post-processing, one module for each detector family."""
