"""The commands behind the edge-agent command line, one module each."""
