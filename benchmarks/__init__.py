"""Speed and accuracy against named peers, measured in the same run."""
